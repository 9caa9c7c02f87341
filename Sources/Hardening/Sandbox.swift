/// The sandbox of a service: the value of every setting that the catalogue or the exposure knows,
/// by the directive's name. A setting that is absent has systemd's default.
public struct Sandbox: Hashable, Sendable {
    public var settings: [String: SettingValue]

    public init(_ settings: [String: SettingValue] = [:]) { self.settings = settings }

    public subscript(_ directive: String) -> SettingValue? { settings[directive] }

    public internal(set) subscript(_ name: DirectiveName) -> SettingValue? {
        get { settings[name.rawValue] }
        set { settings[name.rawValue] = newValue }
    }

    public func flag(_ name: DirectiveName) -> Bool { flag(named: name.rawValue) }

    public func flag(named directive: String) -> Bool { settings[directive] == .flag(true) }

    /// The word of an enumeration; booleans of systemd's older properties read as `yes`, `no`.
    public func word(_ name: DirectiveName, default fallback: String) -> String {
        word(named: name.rawValue, default: fallback)
    }

    public func word(named directive: String, default fallback: String) -> String {
        switch settings[directive] {
        case .word(let word): Sandbox.synonyms[word] ?? word
        case .flag(let on): on ? "yes" : "no"
        default: fallback
        }
    }

    public func list(_ name: DirectiveName) -> [String] { list(named: name.rawValue) }

    public func list(named directive: String) -> [String] {
        if case .list(let names) = settings[directive] { names } else { [] }
    }

    public func mask(_ name: DirectiveName, default fallback: UInt64) -> UInt64 {
        mask(named: name.rawValue, default: fallback)
    }

    public func mask(named directive: String, default fallback: UInt64) -> UInt64 {
        if case .mask(let mask) = settings[directive] { mask & fallback } else { fallback }
    }

    public func filter(_ name: DirectiveName) -> (allow: Bool, names: [String]) {
        filter(named: name.rawValue)
    }

    public func filter(named directive: String) -> (allow: Bool, names: [String]) {
        if case .filter(let allow, let names) = settings[directive] {
            (allow, names)
        } else {
            (false, [])
        }
    }

    public func prefixes(_ name: DirectiveName) -> [AddressPrefix] {
        prefixes(named: name.rawValue)
    }

    public func prefixes(named directive: String) -> [AddressPrefix] {
        if case .prefixes(let prefixes) = settings[directive] { prefixes } else { [] }
    }

    /// Words that newer properties read back for a value that is written differently
    /// (`PrivateTmpEx` reads `connected`, `PrivateUsersEx` reads `self`).
    private static let synonyms = ["connected": "yes", "self": "yes", "true": "yes", "": "no"]
}

/// What the running systemd understands by a name: its version and the system calls of each
/// group, asked of the manager itself because both change between releases.
public struct Dialect: Hashable, Codable, Sendable {
    /// For instance 257.
    public let version: Int
    /// The system calls of each group by the group's name, such as `@mount`.
    public let calls: [String: Set<String>]
    /// The file systems of each group by the group's name, such as `@network`.
    public let fileSystems: [String: Set<String>]
    /// The needs that this machine meets, of those that matter for judging.
    public let available: Set<Need>
    /// Whose manager it is.
    public let scope: ManagerScope

    public init(
        version: Int, calls: [String: Set<String>], fileSystems: [String: Set<String>] = [:],
        available: Set<Need> = Set(Need.allCases), scope: ManagerScope = .system
    ) {
        self.version = version
        self.calls = calls
        self.fileSystems = fileSystems
        self.available = available
        self.scope = scope
    }
}
