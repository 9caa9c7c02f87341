/// A hole in a restriction: one entry of a list that grants something in spite of it, such as
/// `ReadWritePaths=-/var/lib/x` beside `ProtectSystem=strict`.
public struct Exception: Hashable, Codable, Sendable {
    /// The setting that grants it.
    public let setting: String
    /// One entry of its list, as a unit file takes it.
    public let value: String

    public init(_ setting: DirectiveName, _ value: String) {
        self.setting = setting.rawValue
        self.value = value
    }

    /// `ReadWritePaths=-/var/lib/x`
    public var text: String { "\(setting)=\(value)" }

    /// The settings that open places, in the order of a drop-in.
    static let places: [(setting: DirectiveName, effect: String)] = [
        (.readWritePaths, "Places that stay writable all the same."),
        (.bindPaths, "Places that stay visible all the same."),
        (.bindReadOnlyPaths, "Places that stay readable all the same."),
    ]

    /// The settings that make no row of a drop-in.
    static let settings: [DirectiveName] =
        places.map(\.setting) + [
            .socketBindAllow, .ipAddressAllow,
        ]

    /// Settings by which a unit gives paths back to its service: lists of paths, and lists of
    /// mounts.
    public static let ofPaths: [DirectiveName] = [.readWritePaths]
    public static let ofMounts: [DirectiveName] = [.bindPaths, .bindReadOnlyPaths]

    public static func writable(_ path: String) -> Exception { Exception(.readWritePaths, path) }

    public static func port(_ number: UInt16) -> Exception {
        Exception(.socketBindAllow, "\(number)")
    }

    var name: DirectiveName? { DirectiveName(rawValue: setting) }

    /// Whether it is a directory that the service may write to.
    public var opensForWriting: Bool { name == .readWritePaths }

    /// Whether it is a port that can be bound.
    public var opensPort: Bool { name == .socketBindAllow }
}

extension Exception {
    /// The entry by itself, as its setting holds it; nil for what is none.
    fileprivate var entry: SettingValue? {
        switch name {
        case .socketBindAllow: PortRange(text: value).map { .ports([$0]) }
        case .ipAddressAllow: AddressPrefix(text: value).map { .prefixes([$0]) }
        default: .list([value])
        }
    }
}

extension SettingValue {
    /// This set of entries and those of `other`, each once.
    fileprivate func joined(with other: SettingValue) -> SettingValue {
        switch (self, other) {
        case (.list(let mine), .list(let new)): .list(mine + new.filter { !mine.contains($0) })
        case (.ports(let mine), .ports(let new)): .ports(mine + new.filter { !mine.contains($0) })
        case (.prefixes(let mine), .prefixes(let new)):
            .prefixes(mine + new.filter { !mine.contains($0) })
        default: self
        }
    }

    /// This set of entries without those of `other`.
    fileprivate func without(_ other: SettingValue) -> SettingValue {
        switch (self, other) {
        case (.list(let mine), .list(let old)): .list(mine.filter { !old.contains($0) })
        case (.ports(let mine), .ports(let old)): .ports(mine.filter { !old.contains($0) })
        case (.prefixes(let mine), .prefixes(let old)):
            .prefixes(mine.filter { !old.contains($0) })
        default: self
        }
    }
}

extension Sandbox {
    mutating func grant(_ exception: Exception) {
        guard let entry = exception.entry else { return }
        settings[exception.setting] = settings[exception.setting]?.joined(with: entry) ?? entry
    }

    /// The sandbox without these exceptions, for what they cost.
    public func without(_ exceptions: [Exception]) -> Sandbox {
        var result = self
        for exception in exceptions {
            guard let entry = exception.entry else { continue }
            result.settings[exception.setting] =
                result.settings[exception.setting]?.without(entry)
        }
        return result
    }

    /// Whether an exception stands.
    public func grants(_ exception: Exception) -> Bool {
        guard let entry = exception.entry, let held = settings[exception.setting] else {
            return false
        }
        return held.joined(with: entry) == held
    }
}

extension PortRange {
    /// From `tcp:80` or `udp:53`; nil for anything else.
    public init?(text: String) {
        let parts = text.split(separator: ":")
        guard parts.count == 2, let port = UInt16(parts[1]), port > 0,
            let transport = ["tcp": Int32(6), "udp": 17][String(parts[0])]
        else { return nil }
        self.init(family: 0, transport: transport, count: 1, lowest: port)
    }

    /// As a unit file takes it.
    public var text: String {
        if self == .any { return "any" }
        let protocolName = transport == 6 ? "tcp:" : transport == 17 ? "udp:" : ""
        let last = Int(lowest) + Int(count) - 1
        return protocolName + (count > 1 ? "\(lowest)-\(last)" : "\(lowest)")
    }
}
