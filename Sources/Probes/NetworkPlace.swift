import CProbes
import Dispatch
import Glibc
import Linux
import Synchronization

/// A thread that stands in a network namespace and runs blocking work there, one piece at a
/// time. Sockets that are made on it belong to that network; no process is started.
///
/// A namespace belongs to a thread (setns(2)), so the work must not move between threads.
public final class NetworkPlace: Sendable {
    private let queue: ThreadQueue

    /// - Parameter namespace: a path such as `/proc/123/ns/net`; nil for the machine's own.
    /// - Throws: `NetworkPlaceError` when the namespace cannot be entered.
    public init(namespace: String?) throws(NetworkPlaceError) {
        do throws(Errno) {
            queue = try ThreadQueue { () throws(Errno) in
                guard let namespace else { return }
                let descriptor = try check { open(namespace, O_RDONLY | O_CLOEXEC) }
                defer { close(descriptor) }
                try check { setns(descriptor, temper_network_namespace) }
            }
        } catch {
            throw NetworkPlaceError(path: namespace ?? "of this machine", reason: "\(error)")
        }
    }

    func run<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            queue.add { continuation.resume(returning: work()) }
        }
    }

    deinit { queue.end() }
}

public struct NetworkPlaceError: Error, CustomStringConvertible {
    let path: String
    let reason: String
    public var description: String {
        "cannot enter the network namespace \(path): \(reason); run as root"
    }
}

/// Work for one thread, first in first out.
private final class ThreadQueue: Sendable {
    /// nil is the end.
    private let work = Mutex<[(@Sendable () -> Void)?]>([])
    /// Counts the pieces of work.
    private let waiting = DispatchSemaphore(value: 0)

    /// - Parameter arrange: done on the thread before all else; nothing else is if it throws.
    init(_ arrange: @escaping @Sendable () throws(Errno) -> Void) throws(Errno) {
        let arranged = Arrangement()
        // The thread keeps the queue alive, so `end` must be called for both to go.
        try WorkerThread("network") { [self] in
            do throws(Errno) {
                try arrange()
                arranged.tell(nil)
            } catch {
                return arranged.tell(error)
            }
            while let piece = next() { piece() }
        }
        if let failure = arranged.wait() { throw failure }
    }

    func add(_ piece: @escaping @Sendable () -> Void) { queue(piece) }

    func end() { queue(nil) }

    private func queue(_ piece: (@Sendable () -> Void)?) {
        work.withLock { $0.append(piece) }
        waiting.signal()
    }

    private func next() -> (@Sendable () -> Void)? {
        waiting.wait()
        return work.withLock { $0.removeFirst() }
    }

    /// Whether the thread is ready, told once.
    private final class Arrangement: Sendable {
        private let failure = Mutex<Errno?>(nil)
        private let isTold = DispatchSemaphore(value: 0)

        func tell(_ failure: Errno?) {
            self.failure.withLock { $0 = failure }
            isTold.signal()
        }

        func wait() -> Errno? {
            isTold.wait()
            return failure.withLock { $0 }
        }
    }
}
