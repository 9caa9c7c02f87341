public import Hardening
public import SystemdBus

extension Sandbox {
    /// The sandbox as a manager reports it: the properties of the interfaces Service and Unit.
    ///
    /// Where systemd has a newer property beside an older boolean (`PrivateTmpEx` since 257), the
    /// newer one is read, because the boolean loses the mode.
    public init(properties: [String: BusValue]) {
        self.init()
        for name in Sandbox.directives {
            let newer = properties["\(name)Ex"].flatMap { SettingValue($0, of: name) }
            if let value = newer ?? properties[name].flatMap({ SettingValue($0, of: name) }) {
                settings[name] = value
            }
        }
        forgetUnwritten()
    }
}

extension SettingValue {
    private static func row(_ name: String) -> Directive? {
        Catalogue.withExamples.directive(name)
    }

    init?(_ value: BusValue, of name: String) {
        switch value.unwrapped {
        case .bool(let on): self = .flag(on)
        case .string(let word):
            self = Self.row(name)?.isFlagInWords == true ? .flag(word == "yes") : .word(word)
        case .uint32(let mode): self = .mode(mode)
        case .int32(let number): self = .number(number)
        case .uint64(let mask): self = .mask(mask)
        case .array("s", let elements): self = .list(elements.compactMap(\.string))
        case .array("(ss)", let entries):
            self = .list(
                entries.compactMap { $0.fields?.compactMap(\.string).joined(separator: " ") })
        case .array("(ssbt)", let entries):
            self = .list(entries.compactMap(BindMount.init).map(\.text))
        case .array("(iayu)", let entries):
            self = .prefixes(entries.compactMap(AddressPrefix.init))
        case .array("(iiqq)", let entries): self = .ports(entries.compactMap(PortRange.init))
        case .structure(let fields):
            if let allow = fields.first?.bool, let names = fields.last?.strings {
                self = .filter(allow: allow, names)
            } else if let word = fields.first?.string {
                self = .word(word)
            } else {
                return nil
            }
        default: return nil
        }
    }

    func properties(of name: String) -> [(name: String, value: BusValue?)] {
        switch self {
        case .flag(let on):
            let isWord = Self.row(name)?.isFlagInWords == true
            return [(name, isWord ? .string(on ? "yes" : "no") : .bool(on))]
        case .word(let word):
            // A boolean that grew modes: only the property with `Ex` behind its name takes them.
            guard Self.row(name)?.bus.modes != nil else { return [(name, .string(word))] }
            return word == "yes" || word == "no"
                ? [(name, .bool(word == "yes"))] : [("\(name)Ex", .string(word))]
        case .mode(let mode): return [(name, .uint32(mode))]
        case .number(let number): return [(name, .int32(number))]
        case .mask(let mask): return [(name, .uint64(mask))]
        case .list(let names):
            if names.isEmpty { return [(name, nil)] }
            let entries: [BusValue]
            let signature = Self.row(name)?.bus.signature
            switch signature {
            case "a(ssbt)": entries = names.map { BindMount(text: $0).value }
            case "a(ss)":
                // The node, and what may be done with it.
                entries = names.map { entry in
                    .structure(
                        entry.split(separator: " ", maxSplits: 1).map { .string(String($0)) })
                }
            default: return [(name, .strings(names))]
            }
            return [(name, .array(element: String(signature?.dropFirst() ?? ""), entries))]
        case .filter(let allow, let names):
            return [(name, .structure([.bool(allow), .strings(names)]))]
        case .prefixes(let prefixes):
            return [
                (name, prefixes.isEmpty ? nil : .array(element: "(iayu)", prefixes.map(\.value)))
            ]
        case .ports(let ports):
            return [(name, ports.isEmpty ? nil : .array(element: "(iiqq)", ports.map(\.value)))]
        }
    }
}

extension AddressPrefix {
    init?(_ value: BusValue) {
        guard let fields = value.fields, fields.count == 3, let family = fields[0].int32,
            let bytes = fields[1].bytes, let length = fields[2].uint32
        else { return nil }
        self.init(family: family, bytes: bytes, length: length)
    }

    var value: BusValue { .structure([.int32(family), .bytes(bytes), .uint32(length)]) }
}

extension PortRange {
    init?(_ value: BusValue) {
        guard let fields = value.fields, fields.count == 4, let family = fields[0].int32,
            let transport = fields[1].int32, let count = fields[2].uint16,
            let lowest = fields[3].uint16
        else { return nil }
        self.init(family: family, transport: transport, count: count, lowest: lowest)
    }

    var value: BusValue {
        .structure([.int32(family), .int32(transport), .uint16(count), .uint16(lowest)])
    }
}

/// An entry of `BindPaths=`: `-/source:/destination:norbind`, all but the source optional.
struct BindMount {
    var source: String
    var destination: String
    var mayBeMissing: Bool
    var flags: UInt64

    /// MS_REC: with the mounts below it, systemd's default.
    private static let recursive: UInt64 = 0x4000

    init?(_ value: BusValue) {
        guard let fields = value.fields, fields.count == 4, let source = fields[0].string,
            let destination = fields[1].string, let mayBeMissing = fields[2].bool,
            let flags = fields[3].uint64
        else { return nil }
        (self.source, self.destination) = (source, destination)
        (self.mayBeMissing, self.flags) = (mayBeMissing, flags)
    }

    init(text: String) {
        mayBeMissing = text.hasPrefix("-")
        let parts = text.drop { $0 == "-" }.split(separator: ":").map(String.init)
        source = parts.first ?? ""
        destination = parts.count > 1 ? parts[1] : source
        flags = parts.last == "norbind" ? 0 : BindMount.recursive
    }

    var text: String {
        let options = flags & BindMount.recursive == 0 ? ":norbind" : ""
        let target = destination == source && options.isEmpty ? "" : ":\(destination)"
        return (mayBeMissing ? "-" : "") + source + target + options
    }

    var value: BusValue {
        .structure([
            .string(source), .string(destination), .bool(mayBeMissing), .uint64(flags),
        ])
    }
}
