/// The value of one sandbox setting, in the few shapes that systemd's settings have.
///
/// Each case names the D-Bus signature that the setting has on the bus; the conversion itself
/// belongs to the target that speaks to the bus.
public enum SettingValue: Hashable, Sendable {
    /// `b`
    case flag(Bool)
    /// `s`: one word of an enumeration, such as `strict`.
    case word(String)
    /// `u`: a file mode mask.
    case mode(UInt32)
    /// `i`: an error number; systemd's "kill the process" is `SettingValue.kill`.
    case number(Int32)
    /// `t`: a bit mask of what is *still allowed*.
    case mask(UInt64)
    /// `as`
    case list([String])
    /// `(bas)`: an allow-list or a deny-list of names.
    case filter(allow: Bool, [String])
    /// `a(iayu)`: address prefixes.
    case prefixes([AddressPrefix])
    /// `a(iiqq)`: port ranges.
    case ports([PortRange])

    /// What `SystemCallErrorNumber=` reads when violations kill (measured on systemd 252 to 262).
    public static let kill = SettingValue.number(2_147_483_646)
}

/// What a setting comes to; one that is not there, or is of another shape, reads as the default.
extension SettingValue? {
    public var isOn: Bool { self == .flag(true) }

    /// The word of an enumeration; booleans of systemd's older properties read as `yes`, `no`, and
    /// words that newer ones read back for a value that is written differently as that (`PrivateTmpEx`
    /// reads `connected`, `PrivateUsersEx` reads `self`).
    public func value(default fallback: String) -> String {
        switch self {
        case .word("connected"), .word("self"), .word("true"), .flag(true): "yes"
        case .word(""), .flag(false): "no"
        case .word(let word): word
        default: fallback
        }
    }

    public var entries: [String] { if case .list(let names) = self { names } else { [] } }

    /// Of all the bits there are, those that are still allowed.
    public func bits(within all: UInt64) -> UInt64 {
        if case .mask(let mask) = self { mask & all } else { all }
    }

    public var filtered: (allow: Bool, names: [String]) {
        if case .filter(let allow, let names) = self { (allow, names) } else { (false, []) }
    }

    public var addresses: [AddressPrefix] {
        if case .prefixes(let prefixes) = self { prefixes } else { [] }
    }
}

/// An address prefix as `IPAddressDeny=` takes it: `family` 2 (IPv4, 4 bytes) or 10 (IPv6, 16).
public struct AddressPrefix: Hashable, Sendable {
    public let family: Int32
    public let bytes: [UInt8]
    public let length: UInt32

    public init(family: Int32, bytes: [UInt8], length: UInt32) {
        self.family = family
        self.bytes = bytes
        self.length = length
    }

    /// As a unit file takes it: `127.0.0.0/8`, `0:0:0:0:0:0:0:1/128`.
    public var text: String {
        let groups =
            family == 2
            ? bytes.map { String($0) }
            : stride(from: 0, to: bytes.count - 1, by: 2).map {
                String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16)
            }
        return groups.joined(separator: family == 2 ? "." : ":") + "/\(length)"
    }

    /// From what `text` gives; nil for anything else.
    public init?(text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let length = UInt32(parts[1]) else { return nil }
        let isOld = parts[0].contains(".")
        let groups = parts[0].split(separator: isOld ? "." : ":", omittingEmptySubsequences: false)
            .map { isOld ? UInt8($0).map { [$0] } : UInt16($0, radix: 16).map(AddressPrefix.bytes) }
        let bytes = groups.compactMap(\.self).joined()
        guard bytes.count == (isOld ? 4 : 16), groups.count == (isOld ? 4 : 8),
            length <= bytes.count * 8
        else { return nil }
        self.init(family: isOld ? 2 : 10, bytes: Array(bytes), length: length)
    }

    private static func bytes(_ group: UInt16) -> [UInt8] {
        [UInt8(group >> 8), UInt8(group & 0xff)]
    }

    /// Whether it is this machine itself.
    public var isLoopback: Bool {
        family == 2 ? bytes.first == 127 && length >= 8 : self == AddressPrefix.localhost[1]
    }

    /// Whether it is the address of a socket that has none.
    public var isUnspecified: Bool { bytes.allSatisfy { $0 == 0 } }

    /// `any`: every IPv4 and every IPv6 address.
    public static let any = [
        AddressPrefix(family: 2, bytes: [0, 0, 0, 0], length: 0),
        AddressPrefix(family: 10, bytes: Array(repeating: 0, count: 16), length: 0),
    ]

    /// `localhost`: 127.0.0.0/8 and ::1/128.
    public static let localhost = [
        AddressPrefix(family: 2, bytes: [127, 0, 0, 0], length: 8),
        AddressPrefix(family: 10, bytes: Array(repeating: 0, count: 15) + [1], length: 128),
    ]
}

/// A port range as `SocketBindDeny=` takes it; all zero means any family, protocol and port.
public struct PortRange: Hashable, Sendable {
    public let family: Int32
    public let transport: Int32
    public let count: UInt16
    public let lowest: UInt16

    public init(family: Int32, transport: Int32, count: UInt16, lowest: UInt16) {
        self.family = family
        self.transport = transport
        self.count = count
        self.lowest = lowest
    }

    public static let any = PortRange(family: 0, transport: 0, count: 0, lowest: 0)
}
