import CSystemd
import Glibc
import Linux

/// A connection to a D-Bus message bus: one sd-bus connection on one thread, usable from any
/// task.
///
/// Calls may be made concurrently; their replies arrive in any order. Every wait has a deadline
/// and ends at once with ``BusError/disconnected(_:)`` when the bus goes away. A lost connection
/// is not made anew: what was subscribed and referenced on the bus is lost with it, so the caller
/// has to begin again with a new `Bus`.
///
/// The connection is closed by ``close()``, or when the last reference is gone. Streams of
/// signals do not keep it open.
public actor Bus {
    /// How long a call may take unless said otherwise; what libdbus and sd-bus use as well.
    public static let defaultDeadline = Duration.seconds(25)

    nonisolated private let thread = BusThread()
    let connection: Connection
    let jobs = JobLedger()

    nonisolated public var unownedExecutor: UnownedSerialExecutor {
        thread.asUnownedSerialExecutor()
    }

    /// Connects and waits until the bus has let us in.
    ///
    /// - Throws: `cannotConnect`, or `cancelled`.
    public static func connect(
        to address: BusAddress, deadline: Duration = defaultDeadline
    ) async throws(BusError) -> Bus {
        try await connect(to: address, isMonitor: false, deadline: deadline)
    }

    /// - Parameter isMonitor: whether it is to answer nothing that it hears (`sd_bus_set_monitor`).
    static func connect(
        to address: BusAddress, isMonitor: Bool, deadline: Duration
    ) async throws(BusError) -> Bus {
        let bus: Bus
        do throws(Errno) {
            bus = try Bus { connection throws(Errno) in
                try address.open(&connection, isMonitor: isMonitor)
            }
        } catch {
            throw .cannotConnect(address, errno: error.code)
        }
        do throws(BusError) {
            try await bus.greet(deadline: deadline)
            return bus
        } catch {
            await bus.close()
            switch error {
            case .disconnected: throw .cannotConnect(address, errno: ECONNRESET)
            case .timedOut: throw .cannotConnect(address, errno: ETIMEDOUT)
            default: throw error
            }
        }
    }

    init(_ open: (inout OpaquePointer?) throws(Errno) -> Void) throws(Errno) {
        connection = try Connection(open)
        try thread.start { [weak self] in
            guard let self else { return nil }
            return self.assumeIsolated { $0.connection.turn() }
        }
    }

    /// False once the connection is closed or lost.
    public var isOpen: Bool { connection.isOpen }

    /// Ends everything that waits with ``BusError/disconnected(_:)`` and all streams, closes the
    /// socket and ends the thread. Later calls fail at once. May be called more than once.
    @concurrent
    nonisolated public func close() async {
        await disconnect()
        await thread.ended()
    }

    private func disconnect() { connection.close() }

    /// From now on, every method call that comes in; `onCall` is called on the bus's thread.
    func hear(
        at address: BusAddress, _ identify: @escaping @Sendable (UInt32) -> String?,
        _ onCall: @escaping @Sendable (HeardCall) -> Void, onEnd: @escaping @Sendable () -> Void
    ) throws(BusError) {
        let callers: Callers
        do throws(Errno) { callers = try Callers(at: address, identify) } catch {
            throw .cannotConnect(address, errno: error.code)
        }
        try connection.hear(callers, onCall, onEnd: onEnd)
    }

    /// Calls a method and waits for its reply.
    ///
    /// - Parameter destination: a well-known or unique name on the bus.
    /// - Returns: the values of the reply. File descriptors among them (`h`) are duplicates that
    ///   the caller has to close; those among `arguments` stay the caller's.
    /// - Throws: any ``BusError`` but `cannotConnect`.
    public func call(
        destination: String, path: String, interface: String, member: String,
        arguments: [BusValue] = [], deadline: Duration = defaultDeadline
    ) async throws(BusError) -> [BusValue] {
        let call = BusCall(
            destination: destination, path: path, interface: interface, member: member)
        return try await self.call(call, arguments, deadline: deadline)
    }

    /// Calls a method and waits for its reply; see
    /// ``call(destination:path:interface:member:arguments:deadline:)``.
    public func call(
        _ call: BusCall, _ arguments: [BusValue] = [], deadline: Duration = defaultDeadline
    ) async throws(BusError) -> [BusValue] {
        try await wait(for: call, limit: deadline) { id throws(BusError) in
            try connection.send(call, arguments, for: id)
        }
    }

    /// Suspends the task until `connection` settles the wait that `begin` has set going, or the
    /// deadline, the task's cancellation or the end of the connection does.
    ///
    /// - Parameters:
    ///   - limit: how long may be waited in all; the error says so.
    ///   - deadline: where part of the limit is used up already.
    @discardableResult
    func wait(
        for call: BusCall, limit: Duration, until deadline: Monotonic? = nil,
        _ begin: (Waiters.ID) throws(BusError) -> Void
    ) async throws(BusError) -> [BusValue] {
        let id = connection.nextID()
        let deadline = deadline ?? .after(limit)
        let reply = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                connection.wait(id, for: call, limit: limit, until: deadline, continuation)
                // If the task is cancelled after this the handler's task finds the wait.
                guard !Task.isCancelled else { return cancel(id) }
                do throws(BusError) {
                    try begin(id)
                } catch {
                    connection.settle(id) { _ in .failure(error) }
                }
            }
        } onCancel: {
            Task { await self.cancel(id) }
        }
        return try reply.get()
    }

    private func cancel(_ id: Waiters.ID) {
        connection.settle(id) { call in .failure(.cancelled(call)) }
    }

    private func greet(deadline: Duration) async throws(BusError) {
        try await wait(for: .daemon("Hello"), limit: deadline) { id in connection.greet(id) }
    }
}

extension BusAddress {
    /// Starts to connect; the greetings are exchanged by sd_bus_process.
    ///
    /// - Parameter isMonitor: only for a bus that is named by its socket or its address.
    func open(_ bus: inout OpaquePointer?, isMonitor: Bool) throws(Errno) {
        switch self {
        case .system: try check(sd_bus_open_system(&bus))
        case .user: try check(sd_bus_open_user(&bus))
        case .address(let address):
            try check(sd_bus_new(&bus))
            try check(sd_bus_set_address(bus, address))
            try BusAddress.start(bus, isMonitor: isMonitor)
        case .socket(let path, let user, let root):
            let place = try RootedDirectory(root).open(path, RootedDirectory.naming)
            defer { Glibc.close(place) }
            let descriptor = try check(
                csystemd_connect_as(place, UserShift(ofRoot: root).outside(user)))
            do throws(Errno) {
                guard BusAddress.isListener(of: descriptor, inside: root) else {
                    throw Errno(code: ECONNREFUSED)
                }
                try check(sd_bus_new(&bus))
                // From here on the connection owns the descriptor.
                try check(sd_bus_set_fd(bus, descriptor, descriptor))
            } catch {
                Glibc.close(descriptor)
                throw error
            }
            try BusAddress.start(bus, isMonitor: isMonitor)
        }
    }

    private static func start(_ bus: OpaquePointer?, isMonitor: Bool) throws(Errno) {
        try check(sd_bus_set_monitor(bus, isMonitor ? 1 : 0))
        try check(sd_bus_set_bus_client(bus, 1))
        try check(sd_bus_negotiate_fds(bus, 1))
        try check(sd_bus_start(bus))
    }

    /// Whether who listens is of the machine whose root directory this is, as far as that says which.
    private static func isListener(of connection: Int32, inside root: String) -> Bool {
        guard root.hasPrefix("/proc/"), root.hasSuffix("/root") else { return true }
        return csystemd_peer_is_in(connection, root.dropLast("root".count) + "ns/pid") != 0
    }
}
