import CSystemd
import Dispatch
import Glibc
import Linux

/// The thread of a ``BusThread``, its queue of jobs, and the eventfd that wakes it.
///
/// `@unchecked Sendable`: everything mutable is reached under `lock`; `turn` and `executor` are
/// set before the thread exists.
final class RunLoop: @unchecked Sendable {
    private let lock = Lock()
    private var state = State.new
    private var jobs: [UnownedJob] = []
    private var thread: WorkerThread?
    /// The thread is asleep, or about to be: a new job has to write to the eventfd.
    private var isAsleep = false
    /// The executor is gone and with it the bus: there is nothing left to sleep for.
    private var isReleased = false
    private var onEnd: [CheckedContinuation<Void, Never>] = []
    private var turn: @Sendable () -> Wakeup? = { nil }
    private var executor: UnownedSerialExecutor?

    private enum State {
        case new
        case running(eventfd: Int32)
        case ended
    }

    /// Runs the few jobs that come after the thread has ended: calls on a closed bus, which only
    /// throw. Starting a thread for them could fail, and then they could not even do that.
    private static let afterwards = DispatchQueue(label: "calls on closed buses")

    func start(
        executor: UnownedSerialExecutor, turn: @escaping @Sendable () -> Wakeup?
    ) throws(Errno) {
        let eventfd = eventfd(0, CInt(EFD_CLOEXEC | EFD_NONBLOCK))
        guard eventfd >= 0 else { throw .current }
        self.executor = executor
        self.turn = turn
        let failure: Errno? = lock {
            state = .running(eventfd: eventfd)
            do throws(Errno) {
                thread = try WorkerThread("bus") { [self] in run() }
                return nil
            } catch {
                state = .ended
                return error
            }
        }
        if let failure {
            close(eventfd)
            throw failure
        }
    }

    var isCurrentThread: Bool {
        lock { thread?.isCurrent ?? false }
    }

    func enqueue(_ job: UnownedJob) {
        lock {
            if case .ended = state, let executor {
                Self.afterwards.async { job.runSynchronously(on: executor) }
                return
            }
            jobs.append(job)
            wakeIfAsleep()
        }
    }

    func release() {
        lock {
            isReleased = true
            wakeIfAsleep()
        }
    }

    func whenEnded(_ continuation: CheckedContinuation<Void, Never>) {
        let hasEnded = lock {
            if case .running = state {
                onEnd.append(continuation)
                return false
            }
            return true
        }
        if hasEnded { continuation.resume() }
    }

    /// Under the lock, so that the eventfd cannot be closed meanwhile.
    private func wakeIfAsleep() {
        guard isAsleep, case .running(let eventfd) = state else { return }
        isAsleep = false
        eventfd_write(eventfd, 1)
    }

    // MARK: On the thread

    private func run() {
        while true {
            runJobs()
            guard let wakeup = turn() else {
                if end() { return }
                continue
            }
            sleep(until: wakeup)
        }
    }

    private func runJobs() {
        let taken = lock {
            defer { jobs = [] }
            return jobs
        }
        guard let executor else { return }
        for job in taken { job.runSynchronously(on: executor) }
    }

    private func sleep(until wakeup: Wakeup) {
        let eventfd: Int32? = lock {
            guard jobs.isEmpty, !isReleased, case .running(let eventfd) = state else { return nil }
            isAsleep = true
            return eventfd
        }
        guard let eventfd else { return }
        var watched = [
            pollfd(fd: eventfd, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wakeup.descriptor, events: wakeup.events, revents: 0),
        ]
        poll(&watched, nfds_t(watched.count), wakeup.time.pollTimeout)
        lock { isAsleep = false }
        if watched[0].revents != 0 {
            var count: eventfd_t = 0
            eventfd_read(eventfd, &count)
        }
    }

    /// False if a job came in meanwhile and has to be run first.
    private func end() -> Bool {
        let waiting: [CheckedContinuation<Void, Never>]? = lock {
            guard jobs.isEmpty else { return nil }
            if case .running(let eventfd) = state { close(eventfd) }
            state = .ended
            thread = nil
            defer { onEnd = [] }
            return onEnd
        }
        guard let waiting else { return false }
        for continuation in waiting { continuation.resume() }
        return true
    }
}
