/// The calls that are out, each with its deadline and the continuation of the task that waits.
/// Whoever takes a waiter out has to resume it; nobody can do so twice.
struct Waiters {
    typealias ID = UInt64
    typealias Reply = Result<[BusValue], BusError>

    struct Waiter {
        var call: BusCall
        var limit: Duration
        var deadline: Monotonic
        var continuation: CheckedContinuation<Reply, Never>
        /// libsystemd's part of a call, to be unreferenced when the wait is over.
        var slot: OpaquePointer?
    }

    private var waiters: [ID: Waiter] = [:]

    /// Not later than the first deadline. Deadlines are hardly ever reached, so it is found anew
    /// only when it has passed, and not each time a waiter leaves.
    private(set) var nextDeadline = Monotonic.never

    mutating func add(_ id: ID, _ waiter: Waiter) {
        waiters[id] = waiter
        nextDeadline = min(nextDeadline, waiter.deadline)
    }

    mutating func attach(_ slot: OpaquePointer?, to id: ID) {
        waiters[id]?.slot = slot
    }

    mutating func take(_ id: ID) -> Waiter? {
        waiters.removeValue(forKey: id)
    }

    mutating func takeAll() -> [Waiter] {
        defer { self = Waiters() }
        return Array(waiters.values)
    }

    mutating func takeOverdue(at now: Monotonic) -> [Waiter] {
        guard nextDeadline <= now else { return [] }
        let overdue = waiters.filter { $0.value.deadline <= now }
        for id in overdue.keys { waiters[id] = nil }
        nextDeadline = waiters.values.lazy.map(\.deadline).min() ?? .never
        return Array(overdue.values)
    }
}
