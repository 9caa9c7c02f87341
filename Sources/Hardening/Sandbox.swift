/// The sandbox of a service: the value of every setting that the catalogue or the exposure knows,
/// by the directive's name. A setting that is absent has systemd's default.
public struct Sandbox: Hashable, Sendable {
    public var settings: [String: SettingValue]

    public init(_ settings: [String: SettingValue] = [:]) { self.settings = settings }

    public subscript(_ directive: String) -> SettingValue? { settings[directive] }

    public func flag(_ directive: String) -> Bool { settings[directive] == .flag(true) }

    /// The word of an enumeration; booleans of systemd's older properties read as `yes`, `no`.
    public func word(_ directive: String, default fallback: String) -> String {
        switch settings[directive] {
        case .word(let word): Sandbox.synonyms[word] ?? word
        case .flag(let on): on ? "yes" : "no"
        default: fallback
        }
    }

    /// Whether the service starts as root.
    public var isRoot: Bool {
        guard case .word(let user) = settings["User"] else { return !flag("DynamicUser") }
        return !flag("DynamicUser") && ["", "root", "0"].contains(user)
    }

    public func list(_ directive: String) -> [String] {
        if case .list(let names) = settings[directive] { names } else { [] }
    }

    public func mask(_ directive: String, default fallback: UInt64) -> UInt64 {
        if case .mask(let mask) = settings[directive] { mask & fallback } else { fallback }
    }

    /// What a service that is not root is granted; nothing where it is not set.
    public var ambientCapabilities: UInt64 {
        if case .mask(let mask) = settings["AmbientCapabilities"] { mask } else { 0 }
    }

    public func filter(_ directive: String) -> (allow: Bool, names: [String]) {
        if case .filter(let allow, let names) = settings[directive] {
            (allow, names)
        } else {
            (false, [])
        }
    }

    public func prefixes(_ directive: String) -> [AddressPrefix] {
        if case .prefixes(let prefixes) = settings[directive] { prefixes } else { [] }
    }

    /// Whether any system call is filtered.
    public var filtersCalls: Bool {
        let filter = filter("SystemCallFilter")
        return filter.allow || !filter.names.isEmpty
    }

    /// Defaults of a system service that are not the weakest value (systemd.exec(5),
    /// systemd.service(5)).
    static let defaults = ["KeyringMode": "private", "NotifyAccess": "none"]

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
