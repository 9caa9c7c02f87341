import Linux
public import SystemdBus

/// A disposable systemd: the machine's own, booted in namespaces on a copy of the machine's root.
///
/// What is written inside vanishes with it. It has its own processes, network, host name and
/// mounts; it shares the kernel, the clock and the processors with the machine.
public struct Lab: Sendable {
    public let name: String
    /// The lab's pid 1 as the host sees it.
    public let pid: Int32
    /// The tree it was made from.
    public let root: String
    /// What it is connected with.
    public let network: LabNetwork
    /// Why it has no world around it though its plan asks for one: what the kernel refused.
    public internal(set) var worldObstacle: String?
    /// When it was up, in seconds since 1970.
    public let since: Int

    let patience: Duration
    let registry: LabRegistry
    /// Held by the owner of a lab that ends with its owner, `nil` for a detached one.
    let deathWatch: DeathWatch?

    /// Whether no lab starts this unit, though its tree has it: it would reach the machine's kernel,
    /// clock or devices through the lab, or has nothing to do in one.
    public static func withholds(_ unit: String) -> Bool { MaskedUnits.contain(unit) }

    /// The lab's file system, seen from the host.
    public var rootPath: String { "/proc/\(pid)/root" }

    /// The lab's system bus: no process of the caller's has to enter the lab.
    public var bus: BusAddress { .system(ofRoot: rootPath) }

    /// The same as `$DBUS_SYSTEM_BUS_ADDRESS` takes it. Whoever connects there follows the links of
    /// the lab's tree, out of the lab too.
    public var busAddress: String { "unix:path=\(LabBus.socket(in: rootPath))" }

    /// Whether its root is nobody on the machine.
    public var isCaged: Bool { UserShift(ofProcess: pid).first != 0 }

    /// For `setns(2)` or a unit's `NetworkNamespacePath=`.
    public var networkNamespace: String { "/proc/\(pid)/ns/net" }

    /// For journalctl(1), which follows the links of the lab's tree, out of the lab too. The journal is
    /// volatile and not rate-limited.
    public var journalDirectory: String { "\(rootPath)/run/log/journal" }

    /// Whether it still runs.
    public var isUp: Bool { registry.record(of: name)?.pid == pid }
}

extension Lab {
    init(_ record: LabRecord, in registry: LabRegistry, deathWatch: DeathWatch? = nil) {
        self.init(
            name: record.name, pid: record.pid, root: record.root, network: record.network ?? .none,
            since: record.since, patience: .seconds(record.patience), registry: registry,
            deathWatch: deathWatch)
    }

    /// The labs that are up, by name. Sweeps what others left behind.
    /// - Parameter directory: where their state is kept.
    public static func list(in directory: String = LabPlan.defaultStateDirectory) -> [Lab] {
        let registry = LabRegistry(directory: directory)
        registry.sweep()
        return registry.names().compactMap { registry.record(of: $0) }.map { Lab($0, in: registry) }
    }

    /// - Throws: `LabError.noSuchLab`, also while it still boots.
    public static func find(
        _ name: String, in directory: String = LabPlan.defaultStateDirectory
    ) throws(LabError) -> Lab {
        let registry = LabRegistry(directory: directory)
        guard LabPlan.isName(name) else { throw .badName(name) }
        guard let record = registry.record(of: name) else { throw .noSuchLab(name) }
        return Lab(record, in: registry)
    }
}
