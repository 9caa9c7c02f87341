import CSystemd
import Glibc
import Linux
public import SystemdBus
public import Trials

/// A running systemd and the machine around it, as seen from this process: either the machine's
/// own or one inside a lab.
public struct Machine: Sendable {
    public let bus: Bus
    /// Where its root directory is seen from here, such as `/proc/123/root`; empty for our own.
    public let root: String
    /// The same, opened.
    let tree: RootedDirectory
    /// Its network namespace as a path; nil for our own.
    public let network: String?
    /// Whether all of it is thrown away afterwards.
    public let isDisposable: Bool
    /// Whether it has more of a network than loopback.
    public var isConnected: Bool
    /// Sees what the kernel refuses, where that can be had.
    public var kernel: (any KernelTracer)?
    /// What holds the place of the service while its copies run; nil where nobody misses it.
    public var standIn: StandIn?
    /// The user whose own manager is spoken to; nil for the machine's.
    public let user: UserAccount?

    /// How its users are numbered here.
    var users: UserShift { tree.users }

    public init(
        bus: Bus, root: String, network: String?, isDisposable: Bool, user: UserAccount? = nil
    ) {
        self.bus = bus
        self.root = root
        tree = (try? RootedDirectory(root)) ?? .nowhere
        self.network = network
        self.isDisposable = isDisposable
        isConnected = !isDisposable
        self.user = user
    }

    static let manager = "/org/freedesktop/systemd1"
    static let managerInterface = "org.freedesktop.systemd1.Manager"
    static let unitInterface = "org.freedesktop.systemd1.Unit"
    static let serviceInterface = "org.freedesktop.systemd1.Service"

    /// Calls a method of `org.freedesktop.systemd1.Manager`.
    @discardableResult
    func manager(_ member: String, _ arguments: BusValue...) async throws(BusError) -> [BusValue] {
        try await bus.call(
            BusCall(
                destination: "org.freedesktop.systemd1", path: Machine.manager,
                interface: Machine.managerInterface, member: member), arguments)
    }

    func managerProperty(_ name: String) async throws(BusError) -> BusValue {
        try await property(name, of: Machine.manager, Machine.managerInterface)
    }

    func property(
        _ name: String, of path: String, _ interface: String
    ) async throws(BusError) -> BusValue {
        try await bus.property(
            destination: "org.freedesktop.systemd1", path: path, interface: interface, name: name)
    }

    func properties(
        of path: String, _ interface: String
    ) async throws(BusError) -> [String: BusValue] {
        try await bus.allProperties(
            destination: "org.freedesktop.systemd1", path: path, interface: interface)
    }

    /// The object path of a unit by its name.
    static func path(ofUnit name: String) -> String {
        let units = "\(Machine.manager)/unit"
        var path: UnsafeMutablePointer<CChar>?
        defer { free(path) }
        // Fails only where there is no memory; the prefix is a path of no unit.
        sd_bus_path_encode(units, name, &path)
        return path.map { String(cString: $0) } ?? units
    }

    /// Changes whenever the manager reads its units again: `UnitsLoadTimestampMonotonic` is set by
    /// each reload, `UnitsLoadFinishTimestampMonotonic` only at boot (measured on 252, 257, 262).
    func reloadStamp() async throws(BusError) -> UInt64 {
        do {
            return try await managerProperty("UnitsLoadTimestampMonotonic").uint64 ?? 0
        } catch {
            // A systemd before 251 has no such property: its reloads cannot be seen.
            if error.name == "org.freedesktop.DBus.Error.UnknownProperty" { return 0 }
            throw error
        }
    }
}

extension Machine {
    /// Those of these paths at which there is nothing now.
    public func missing(_ paths: [String]) -> [String] {
        paths.filter { path in
            if path.hasPrefix("/dev/") { return false }
            guard let (place, name) = tree.holding(path) else { return true }
            return place.status(of: name) == nil
        }
    }

    /// Whether a directory lies in the machine's own files, and not in what is bound from elsewhere.
    func isOwn(_ place: RootedDirectory) -> Bool {
        isDisposable
            && ["/", "/run"].contains { tree.directory(at: $0)?.device == place.device }
    }

    /// Those of these directories that are here and not in the tree that this machine began as a copy
    /// of. Of what lies in file systems of their own (/tmp, what is bound from elsewhere) none.
    ///
    /// - Parameter origin: the tree, as a path of our own machine.
    public func added(_ directories: some Sequence<String>, since origin: String) -> Set<String> {
        guard isDisposable, let origin = try? RootedDirectory(origin) else { return [] }
        return Set(
            directories.filter { path in
                tree.directory(at: path)?.device == tree.device && origin.lacks(path)
            })
    }
}

extension ExperimentError {
    /// A failure of the bus as a failure of the experiment.
    init(_ error: BusError) {
        let advice = error.hint.map { "; \($0)" } ?? ""
        if case .cancelled = error {
            self = .interrupted
        } else {
            self.init(error.description + advice, error.isPassing ? .passing : .broken)
        }
    }
}

/// Runs bus calls where only `ExperimentError` may be thrown.
func experiment<Result>(
    _ work: () async throws(BusError) -> Result
) async throws(ExperimentError) -> Result {
    do { return try await work() } catch { throw ExperimentError(error) }
}

extension BusError {
    /// Whether systemd looked at the unit and would not have it, which is an answer of the
    /// experiment. Everything else means that the experiment cannot go on.
    var isRefusal: Bool {
        let refusals: Set = [
            "org.freedesktop.DBus.Error.InvalidArgs", "org.freedesktop.DBus.Error.NotSupported",
            "org.freedesktop.DBus.Error.PropertyReadOnly", "org.freedesktop.systemd1.LoadFailed",
            "org.freedesktop.systemd1.BadUnitSetting", "System.Error.ENXIO",
        ]
        return name.map(refusals.contains) ?? false
    }

    /// Whether the manager was busy with itself: executed again, it is off the bus for a moment
    /// and may have forgotten a unit that was kept for us.
    fileprivate var isPassing: Bool {
        let signs: Set = [
            "org.freedesktop.DBus.Error.NoReply", "org.freedesktop.DBus.Error.NameHasNoOwner",
            "org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.systemd1.NoSuchUnit",
        ]
        return name.map(signs.contains) ?? false
    }

    /// What the other side said, without what was asked of it.
    var message: String {
        if case .refused(_, _, let message) = self { message } else { description }
    }
}
