import Glibc
import Linux

/// The serial executor of one ``Bus``: a thread that runs the actor's jobs and, in between,
/// sleeps until the bus's socket, its deadline or a new job wants it.
///
/// The thread owns a ``RunLoop`` but not this object, so that releasing the bus ends it. It also
/// ends when the connection does.
final class BusThread: SerialExecutor {
    private let loop = RunLoop()

    /// `turn` is called on the thread after the jobs; it says what to sleep for, or nil when
    /// there will never again be anything to wait for.
    func start(turn: @escaping @Sendable () -> Wakeup?) throws(Errno) {
        try loop.start(executor: asUnownedSerialExecutor(), turn: turn)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        loop.enqueue(UnownedJob(job))
    }

    func checkIsolated() {
        precondition(loop.isCurrentThread, "state of a Bus touched outside of its thread")
    }

    func isIsolatingCurrentContext() -> Bool? { loop.isCurrentThread }

    /// Returns when the thread has closed what it had open and runs no more jobs.
    func ended() async {
        await withCheckedContinuation { loop.whenEnded($0) }
    }

    deinit { loop.release() }
}

/// What the thread sleeps for: activity of a descriptor, or a time.
struct Wakeup {
    var descriptor: Int32
    /// As of poll(2).
    var events: Int16
    var time: Monotonic
}
