import CKernelWatch
import Synchronization

/// Owns the loaded programs. One reader at a time takes events.
final class OpenWatch: Sendable {
    private let programs: Mutex<OpaquePointer>

    init(_ pointer: sending OpaquePointer) { programs = Mutex(pointer) }

    deinit { programs.withLock { kernel_watch_close($0) } }

    func takeAll(into events: inout [kernel_watch_event]) {
        events += programs.withLock { pointer in
            var taken: [kernel_watch_event] = []
            var event = kernel_watch_event()
            while kernel_watch_take(pointer, &event) != 0 { taken.append(event) }
            return taken
        }
    }
}
