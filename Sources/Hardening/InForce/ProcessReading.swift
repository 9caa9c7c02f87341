/// What was read of one process that systemd runs, and of its control group.
public struct ProcessReading: Hashable, Sendable {
    public var noNewPrivileges = false
    /// The bounding set of capabilities.
    public var bounding: UInt64 = Capability.all
    /// nil where the kernel does not count them (before 5.9).
    public var filters: Int?
    /// nil where the kernel does not tell (before 4.7).
    public var umask: UInt32?
    /// The effective user.
    public var user: UInt32 = 0
    /// What the links in `/proc/PID/ns` point to.
    public var namespaces: [NamespaceKind: String] = [:]
    public var mounts = MountTable([])
    /// Of the paths that signs look at, those that are there.
    public var present: Set<String> = []
    /// How many are attached; nil where the kernel does not let them be counted.
    public var programs: [CgroupProgram: Int]?
    /// Whether its memory may be merged with that of others; nil where the kernel cannot.
    public var mergesMemory: Bool?
    public var canaries: [Canary: CanaryEnd] = [:]
    /// Directives of the catalogue that do not read back as they were set.
    public var misread: Set<String> = []

    public init() {}
}

/// What came of a unit that was started to be looked at.
public enum InForceObservation: Hashable, Sendable {
    case read(ProcessReading)
    /// systemd took the settings and nothing ran, or not long enough to be read; with how it ended.
    case nothingRan(String)
    /// systemd would not have the settings.
    case refused(String)
}

/// The mounts of a process, as /proc/PID/mountinfo lists them.
public struct MountTable: Hashable, Sendable {
    public struct Mount: Hashable, Sendable {
        /// `major:minor` of the file system.
        public var device: String
        /// Which of its directories is mounted.
        public var root: String
        /// Where.
        public var point: String
        /// Of this mount and of the file system.
        public var options: Set<String>
        public var type: String

        public init(
            device: String, root: String, point: String, options: Set<String>, type: String
        ) {
            self.device = device
            self.root = root
            self.point = point
            self.options = options
            self.type = type
        }
    }

    public let mounts: [Mount]

    public init(_ mounts: [Mount]) { self.mounts = mounts }

    /// The mount that `path` is on: the deepest, and of several at one place the last, which hides
    /// the others.
    public func mount(of path: String) -> Mount? {
        var best: Mount?
        for mount in mounts {
            let isAbove =
                mount.point == "/" || mount.point == path || path.hasPrefix(mount.point + "/")
            if isAbove && mount.point.utf8.count >= (best?.point.utf8.count ?? 0) { best = mount }
        }
        return best
    }
}
