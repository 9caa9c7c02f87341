import CProbes
import Glibc

/// A thread that stands in a network namespace and runs blocking work there, one piece at a
/// time. Sockets that are made on it belong to that network; no process is started.
///
/// A namespace belongs to a thread (setns(2)), so the work must not move between threads.
public final class NetworkPlace: Sendable {
    private let queue: ThreadQueue

    /// - Parameter namespace: a path such as `/proc/123/ns/net`; nil for the machine's own.
    /// - Throws: `NetworkPlaceError` when the namespace cannot be entered.
    public init(namespace: String?) throws(NetworkPlaceError) {
        queue = ThreadQueue()
        guard let namespace else { return }
        let result = queue.runAndWait { () -> Int32 in
            let descriptor = open(namespace, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { return errno }
            defer { close(descriptor) }
            return setns(descriptor, temper_network_namespace) == 0 ? 0 : errno
        }
        if result != 0 {
            throw NetworkPlaceError(path: namespace, reason: String(cString: strerror(result)))
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
private final class ThreadQueue: @unchecked Sendable {
    // Guarded by `mutex`; the pointers are made in `init` and freed by the thread when it ends.
    private var work: [@Sendable () -> Void] = []
    private var isEnded = false
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let wakeUp = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(wakeUp, nil)
        var thread = pthread_t()
        // The thread keeps the queue alive, so `end` must be called for both to go.
        let context = Unmanaged.passRetained(self).toOpaque()
        pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<ThreadQueue>.fromOpaque(context).takeRetainedValue().loop()
                return nil
            }, context)
        pthread_detach(thread)
    }

    deinit {
        pthread_cond_destroy(wakeUp)
        pthread_mutex_destroy(mutex)
        wakeUp.deallocate()
        mutex.deallocate()
    }

    func add(_ piece: @escaping @Sendable () -> Void) {
        pthread_mutex_lock(mutex)
        work.append(piece)
        pthread_cond_signal(wakeUp)
        pthread_mutex_unlock(mutex)
    }

    func runAndWait(_ piece: @escaping @Sendable () -> Int32) -> Int32 {
        let done = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
        let result = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
        sem_init(done, 0, 0)
        nonisolated(unsafe) let (signal, place) = (done, result)
        add {
            place.pointee = piece()
            sem_post(signal)
        }
        sem_wait(done)
        defer {
            sem_destroy(done)
            done.deallocate()
            result.deallocate()
        }
        return result.pointee
    }

    func end() {
        pthread_mutex_lock(mutex)
        isEnded = true
        pthread_cond_signal(wakeUp)
        pthread_mutex_unlock(mutex)
    }

    private func loop() {
        while let piece = next() { piece() }
    }

    private func next() -> (@Sendable () -> Void)? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while work.isEmpty && !isEnded { pthread_cond_wait(wakeUp, mutex) }
        return work.isEmpty ? nil : work.removeFirst()
    }
}
