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

    /// The calls that a name of a filter stands for: those of a group, or the call itself; nil for a
    /// group that is not known.
    public func calls(of name: String) -> Set<String>? {
        name.hasPrefix("@") ? calls[name] : [name]
    }
}
