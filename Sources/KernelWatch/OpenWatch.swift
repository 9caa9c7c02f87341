import CKernelWatch
import Glibc

/// Owns the loaded programs. One reader at a time takes events.
final class OpenWatch: @unchecked Sendable {
    // Touched only with the lock held, but for its end.
    private let pointer: OpaquePointer
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
        pthread_mutex_init(lock, nil)
    }

    deinit {
        kernel_watch_close(pointer)
        pthread_mutex_destroy(lock)
        lock.deallocate()
    }

    func takeAll(into events: inout [kernel_watch_event]) {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        var event = kernel_watch_event()
        while kernel_watch_take(pointer, &event) != 0 { events.append(event) }
    }
}
