import Hardening
import SystemdBus
import Trials

/// Values of the bus as `systemd-run -p` takes them (systemd-run(1): the syntax of unit files, with
/// one assignment for each option; src/shared/bus-unit-util.c).
enum UnitText {
    /// The name under which systemd-run knows a property.
    static func directive(_ property: String) -> String {
        switch property {
        case CopyTable.delegation.listed: CopyTable.delegation.whole
        case "TimerSlackNSec": property
        // Under the name of the plain boolean systemd-run 257 takes no mode (tried); 262 does.
        case _ where UnitText.isOfModes(property): property
        case _ where property.hasPrefix("Standard"): stream(property).directive
        default: DirectiveText.name(property)
        }
    }

    /// Whether it has the modes of a boolean that grew some.
    private static func isOfModes(_ property: String) -> Bool {
        property.hasSuffix("Ex")
            && Catalogue.standard.directive(String(property.dropLast(2)))?.bus.modes != nil
    }

    /// The texts that set it, one assignment each; nil for what systemd-run cannot set.
    static func values(of property: String, _ value: BusValue) -> [String]? {
        if let special = special(property, value) { return special }
        switch value {
        case .string(let text): return [stream(property).prefix + text]
        case .bool(let flag): return [flag ? "yes" : "no"]
        case .uint64(let time) where property.hasSuffix("USec"):
            return [time == .max ? "infinity" : "\(time)us"]
        case .uint64(let number): return [limit(number)]
        case .int32(let number): return ["\(number)"]
        case .int64(let number): return ["\(number)"]
        case .uint32(let mode) where DirectiveText.isMode(property):
            return ["0" + String(mode, radix: 8)]
        case .uint32(let number): return ["\(number)"]
        case .array(element: "s", let words):
            return [words.compactMap(\.string).map(word).joined(separator: " ")]
        case .array(element: "(ss)", let pairs): return self.pairs(property, pairs)
        case .array(element: "(st)", let pairs):
            return pairs.compactMap { pair in
                pair.fields.map { "\($0[0].string ?? "") \($0[1].uint64 ?? 0)" }
            }
        case .array(element: "(ssbt)", let mounts):
            return mounts.compactMap(BindMount.init).map { word($0.text) }
        case .array(element: "(iayu)", let prefixes): return addresses(prefixes)
        case .array(element: "(iiqq)", let ports):
            return ports.compactMap(PortRange.init).map(\.text)
        case .array(element: "(sasas)", let commands):
            return commands.compactMap(\.command).map(command)
        case .array(element: "y", let bytes): return [bits(bytes)]
        case .structure(let fields): return filter(fields)
        default: return nil
        }
    }

    /// The assignments that set a property of a socket unit; nil for what systemd-run cannot set.
    static func ofSocket(_ property: String, _ value: BusValue) -> [String]? {
        switch (property, value) {
        case ("Listen", .array(_, let entries)):
            return entries.compactMap { entry in
                entry.fields.map { "Listen\($0[0].string ?? "")=\($0[1].string ?? "")" }
            }
        // linux/in.h
        case ("SocketProtocol", .int32(132)): return ["SocketProtocol=sctp"]
        case ("SocketProtocol", .int32(136)): return ["SocketProtocol=udplite"]
        case (_, .array(element: "(ss)", _)), (_, .array(element: "(sasb)", _)): return nil
        default: return values(of: property, value)?.map { "\(directive(property))=\($0)" }
        }
    }

    private static func special(_ property: String, _ value: BusValue) -> [String]? {
        switch (property, value) {
        case (_, .uint64(let mask)) where Sandbox.masksNamespaces(property):
            let allowed = NamespaceType.names(in: mask)
            return [allowed.isEmpty ? "yes" : allowed.joined(separator: " ")]
        case (_, .uint64(let mask)) where Catalogue.standard.directive(property) != nil:
            return [Capability.names(in: mask).joined(separator: " ")]
        case (_, .int32(let number)) where SettingValue.number(number) == .kill: return ["kill"]
        case ("MountFlags", .uint64(let flags)):
            return [[0x10_0000: "shared", 0x8_0000: "slave", 0x4_0000: "private"][flags] ?? ""]
        case ("CPUQuotaPerSecUSec", .uint64(let share)):
            return [share == .max ? "" : "\(Double(share) / 10000)%"]
        case ("SecureBits", .int32(let bits)): return [secureBits(bits)]
        case ("EnvironmentFiles", .array(_, let files)):
            return files.compactMap { file in
                file.fields.map { ($0[1].bool == true ? "-" : "") + ($0[0].string ?? "") }
            }
        case ("SuccessExitStatus", .structure(let lists)) where lists.count == 2:
            let statuses = (lists[0].elements ?? []).compactMap(\.int32).map { "\($0)" }
            let signals = (lists[1].elements ?? []).compactMap(\.int32).map(Signal.name)
            return [(statuses + signals).joined(separator: " ")]
        case (_, .structure(let fields)) where UnitText.isOfModes(property):
            return [fields.compactMap(\.string).filter { !$0.isEmpty }.joined(separator: ":")]
        case ("SetCredential", .array(_, let entries)):
            return entries.compactMap { entry in
                entry.fields.map { fields in
                    let text = String(decoding: fields[1].bytes ?? [], as: UTF8.self)
                    return "\(fields[0].string ?? ""):\(escaped(text))"
                }
            }
        case ("StandardInputData", _), ("LogFilterPatterns", _): return nil
        case ("LogExtraFields", .array(_, let fields)):
            return fields.compactMap { $0.bytes.map { word(String(decoding: $0, as: UTF8.self)) } }
        default: return nil
        }
    }

    /// `StandardOutputFileToAppend` is `StandardOutput=append:`.
    private static func stream(_ property: String) -> (directive: String, prefix: String) {
        for (suffix, prefix) in [
            ("FileToAppend", "append:"), ("FileToTruncate", "truncate:"), ("File", "file:"),
            ("FileDescriptorName", "fd:"),
        ] where property.hasPrefix("Standard") && property.hasSuffix(suffix) {
            return (String(property.dropLast(suffix.count)), prefix)
        }
        return (property, "")
    }

    private static func pairs(_ property: String, _ pairs: [BusValue]) -> [String] {
        let separator = Catalogue.standard.directive(property) != nil ? " " : ":"
        return pairs.compactMap { pair in
            guard let texts = pair.fields?.compactMap(\.string) else { return nil }
            return texts.filter { !$0.isEmpty }.joined(separator: separator)
        }
    }

    private static func addresses(_ values: [BusValue]) -> [String] {
        let prefixes = values.compactMap(AddressPrefix.init)
        switch Set(prefixes) {
        case Set(AddressPrefix.any): return ["any"]
        case Set(AddressPrefix.localhost): return ["localhost"]
        default: return [prefixes.map(\.text).joined(separator: " ")]
        }
    }

    /// `(bas)`: whether it allows, and what. An empty list that allows is `none`.
    private static func filter(_ fields: [BusValue]) -> [String]? {
        guard fields.count == 2, let allow = fields[0].bool, let names = fields[1].strings else {
            return nil
        }
        if allow && names.isEmpty { return ["none"] }
        return [(allow ? "" : "~") + names.joined(separator: " ")]
    }

    /// A mask of processors or memory nodes as their numbers.
    private static func bits(_ bytes: [BusValue]) -> String {
        bytes.enumerated().flatMap { position, value -> [String] in
            guard case .byte(let byte) = value else { return [] }
            return (0..<8).filter { byte & (1 << UInt8($0)) != 0 }.map { "\(position * 8 + $0)" }
        }.joined(separator: " ")
    }

    /// linux/securebits.h, in the words of systemd.exec(5).
    private static func secureBits(_ bits: Int32) -> String {
        let names: [(Int32, String)] = [
            (1, "noroot"), (2, "noroot-locked"), (4, "no-setuid-fixup"),
            (8, "no-setuid-fixup-locked"), (16, "keep-caps"), (32, "keep-caps-locked"),
        ]
        return names.filter { bits & $0.0 != 0 }.map(\.1).joined(separator: " ")
    }

    static func limit(_ number: UInt64) -> String { number == .max ? "infinity" : "\(number)" }

    // MARK: Commands

    static func command(_ command: Command) -> String {
        var (marks, words) = (command.flags.map(mark).joined(), command.arguments)
        if words.first == command.path {
            words.removeFirst()
        } else {
            marks += "@"
        }
        return marks + ([command.path] + words).map(word).joined(separator: " ")
    }

    /// The prefix for a flag (systemd.service(5)).
    static func mark(_ flag: String) -> String {
        [
            "ignore-failure": "-", "privileged": "+", "no-setuid": "!", "ambient": "!!",
            "no-env-expand": ":", "via-shell": "|",
        ][flag] ?? flag
    }

    /// As one word of a line that systemd splits: in quotes where it has to be.
    static func word(_ text: String) -> String {
        let isPlain = !text.isEmpty && !text.contains { " \t\n\"'\\".contains($0) }
        if isPlain { return text }
        return "\"\(escaped(text).replacing("\"", with: "\\\""))\""
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
            .replacing("\t", with: "\\t")
    }
}
