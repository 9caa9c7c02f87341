import Glibc

/// A pthread mutex. `Synchronization.Mutex` would do, as it does in the rest of the program, but the
/// thread sanitizer does not see it and reports races that are none; and the bus, whose thread runs
/// an actor's jobs, is what that sanitizer is for.
final class Lock: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

    init() {
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    func callAsFunction<Value>(_ body: () -> Value) -> Value {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }
}
