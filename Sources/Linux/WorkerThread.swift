import Glibc

/// A thread for work that blocks or must stay on one thread. Cooperative threads do not block:
/// there are as many as processors, for the whole process.
package struct WorkerThread: Sendable {
    private let thread: pthread_t

    /// Starts a thread that does `work` and ends. Signals are for the program's other threads.
    ///
    /// - Parameter name: at most 15 bytes; debuggers and /proc show it.
    /// - Throws: `Errno` where there can be no more threads (pthread_create(3)).
    @discardableResult
    package init(_ name: String, _ work: @escaping @Sendable () -> Void) throws(Errno) {
        let body = Unmanaged.passRetained(
            Body {
                var all = sigset_t()
                sigfillset(&all)
                pthread_sigmask(SIG_BLOCK, &all, nil)
                WorkerThread.nameThisOne(name)
                work()
            })
        var thread = pthread_t()
        let refused = pthread_create(
            &thread, nil,
            { argument in
                // Never null: it is the object retained above.
                if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, body.toOpaque())
        guard refused == 0 else {
            body.release()
            throw Errno(code: refused)
        }
        pthread_detach(thread)
        self.thread = thread
    }

    package var isCurrent: Bool { pthread_equal(thread, pthread_self()) != 0 }

    /// Without prctl(2), which is variadic and so out of Swift's reach.
    private static func nameThisOne(_ name: String) {
        let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        defer { close(file) }
        _ = write(file, name, name.utf8.count)
    }

    private final class Body {
        let run: () -> Void
        init(_ run: @escaping () -> Void) { self.run = run }
    }
}
