import Hardening
import SystemdBus
import Trials

extension HandCommand {
    /// A transient unit with these properties, as systemd-run(1) would start it. Its options read
    /// like a unit file and not like the bus: `TimeoutStartSec=3s` for `TimeoutStartUSec`.
    ///
    /// Not among them are properties that keep a failed unit for temper: systemd keeps it for a
    /// person by itself. Secrets are taken out while a value is still what it is: escaped, it is
    /// not found again.
    init(
        starting properties: [(String, BusValue)], handing sockets: [SocketBlueprint] = [],
        systemd version: Int, without secrets: Redaction
    ) {
        let open = properties.map { ($0, secrets.applied(to: $1)) }
        var draft = RunDraft(open, version: version)
        draft.write(sockets)
        draft.write()
        let changed = zip(properties, open).filter { $0.1 != $1.1 }.map(\.0.0)
        self.init(
            arguments: draft.options + draft.command, lacking: draft.lacking,
            withheld: changed.map(DirectiveText.name),
            socket: sockets.count == 1 ? sockets[0].unit : nil)
    }
}

private struct RunDraft {
    let properties: [(String, BusValue)]
    let version: Int
    private(set) var options: [String] = []
    private(set) var command: [String] = []
    private(set) var lacking: [String] = []

    init(_ properties: [(String, BusValue)], version: Int) {
        self.properties = properties
        self.version = version
    }

    /// Only for the reader of the result.
    private static let ours: Set<String> = ["AddRef", "CollectMode", "Description"]

    mutating func write() {
        for (name, value) in properties where !RunDraft.ours.contains(name) {
            if name == "ExecStart" || name == "ExecStartEx" {
                start(value)
            } else if name.hasSuffix("Soft"), name.hasPrefix("Limit") {
                continue
            } else if let texts = texts(name, value) {
                for text in texts { options += ["-p", "\(UnitText.directive(name))=\(text)"] }
            } else {
                lacking.append("\(DirectiveText.name(name))=\(value)")
            }
        }
    }

    /// systemd-run makes one socket unit beside the service.
    mutating func write(_ sockets: [SocketBlueprint]) {
        guard sockets.count == 1 else {
            if !sockets.isEmpty {
                let units = sockets.map(\.unit).joined(separator: " and ")
                lacking.append(
                    "the listening sockets of \(units), as it makes one socket unit only: the "
                        + "copy starts without them")
            }
            return
        }
        for (name, value) in sockets[0].properties {
            guard let texts = UnitText.ofSocket(name, value) else {
                lacking.append("\(DirectiveText.name(name)) of \(sockets[0].unit)")
                continue
            }
            options += texts.map { "--socket-property=\($0)" }
        }
    }

    /// The last command is systemd-run's own; those before it, of a oneshot, are properties.
    private mutating func start(_ value: BusValue) {
        let commands = (value.elements ?? []).compactMap(\.command)
        for command in commands.dropLast() {
            options += ["-p", "ExecStart=\(UnitText.command(command))"]
        }
        guard let last = commands.last else { return }
        let isPlain = last.arguments.first == last.path
        if !isPlain { lacking.append("ExecStart=@, the name \(last.arguments.first ?? "")") }
        var arguments = last.arguments.dropFirst().map { $0 }
        for flag in last.flags {
            switch flag {
            case "no-env-expand" where version >= 254: options.append("--expand-environment=no")
            // A dollar that is doubled is none to be expanded.
            case "no-env-expand": arguments = arguments.map { $0.replacing("$", with: "$$") }
            default: lacking.append("ExecStart=\(UnitText.mark(flag))")
            }
        }
        self.command = [last.path] + arguments
    }

    private func texts(_ name: String, _ value: BusValue) -> [String]? {
        if name.hasPrefix("Limit"), let hard = value.uint64 {
            let soft = properties.last { $0.0 == name + "Soft" }?.1.uint64 ?? hard
            return ["\(UnitText.limit(soft)):\(UnitText.limit(hard))"]
        }
        if name == CopyTable.delegation.whole,
            properties.contains(where: { $0.0 == CopyTable.delegation.listed })
        {
            return []
        }
        return UnitText.values(of: name, value)
    }
}

extension Redaction {
    /// The same value, with every text in it redacted; `ay` is text here.
    func applied(to value: BusValue) -> BusValue {
        switch value {
        case .string(let text): .string(applied(to: text))
        case .array(element: "y", _):
            // Bytes that are no text stay as they are.
            value.bytes.flatMap { String(validating: $0, as: UTF8.self) }
                .map { .bytes(applied(to: $0).utf8) } ?? value
        case .array(let element, let values): .array(element: element, values.map(applied))
        case .structure(let fields): .structure(fields.map(applied))
        default: value
        }
    }
}
