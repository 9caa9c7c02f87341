import Hardening
import SystemdBus

/// What a trial of a copy has to know about the original.
public struct ServiceFacts: Hashable, Sendable {
    public let unit: String
    public let type: ServiceType
    /// The type of the copy. Where it is `simple`, a sandbox that cannot be set up does not fail
    /// the start job and shows only in the exit status.
    public let startedAs: ServiceType
    public let remainsAfterExit: Bool
    public let canReload: Bool
    public let hasStopCommands: Bool
    /// Microseconds; nil is no limit.
    public let startTimeout: UInt64?
    /// Microseconds; nil is no limit.
    public let stopTimeout: UInt64?
    /// So often, in microseconds, it has to say that it is alive; nil where nobody asks.
    public let watchdog: UInt64?
    /// Original and copy write the same file.
    public let pidFile: String?
    /// The copy does not claim it in systemd's eyes; it is ready when the name has an owner.
    public let busName: String?
    /// The socket units that activate the original, whether they are active or not.
    public let sockets: [String]
    /// The timer and path units that start the original on their own.
    public let otherTriggers: [String]
    /// Below `/run`. Removed when the copy stops, unless it preserves them.
    public let runtimeDirectories: [String]
    /// Below `/var/lib`. Moved and given another owner by a trial with `DynamicUser=`.
    public let stateDirectories: [String]
    /// Below `/var/cache`.
    public let cacheDirectories: [String]
    /// Below `/var/log`.
    public let logsDirectories: [String]
    public let user: String?
    public let isDynamicUser: Bool
    /// A bit per capability number of capabilities(7). With these, `NoNewPrivileges=` may pass
    /// where it fails without.
    public let ambientCapabilities: UInt64
    public let slice: String
    /// Drop-ins of the original. Those for all services apply to the copy as well and win over
    /// what is sent.
    public let dropInPaths: [String]

    init(of unit: UnitReading, type: ServiceType, startedAs: ServiceType) {
        self.unit = unit.name
        self.type = type
        self.startedAs = startedAs
        remainsAfterExit = unit.isTrue("RemainAfterExit")
        canReload = unit.isTrue("CanReload")
        hasStopCommands = unit.hasCommands("ExecStop")
        startTimeout = unit.limit("TimeoutStartUSec")
        stopTimeout = unit.limit("TimeoutStopUSec")
        watchdog = unit.watchdog
        pidFile = unit.present("PIDFile")
        busName = unit.present("BusName")
        sockets = unit.triggers(suffix: ".socket")
        otherTriggers = unit.triggers(suffix: ".timer") + unit.triggers(suffix: ".path")
        runtimeDirectories = unit.directories("Runtime")
        stateDirectories = unit.directories("State")
        cacheDirectories = unit.directories("Cache")
        logsDirectories = unit.directories("Logs")
        let sandbox = Sandbox(properties: unit.properties)
        user = sandbox.user
        isDynamicUser = sandbox.isDynamicUser
        ambientCapabilities = sandbox.ambientCapabilities
        slice = unit.string("Slice")
        dropInPaths = unit.strings("DropInPaths")
    }
}

extension UnitReading {
    fileprivate func present(_ name: String) -> String? {
        string(name).isEmpty ? nil : string(name)
    }

    fileprivate func limit(_ name: String) -> UInt64? {
        self[name]?.uint64.flatMap { $0 == .max ? nil : $0 }
    }
}
