import Glibc
import Synchronization
import Trials

/// What a unit lives on whose process reads from the other end: the kernel closes it however this
/// process ends, also by SIGKILL.
final class Lifeline: Sendable {
    private let descriptor: Mutex<Int32>

    private init(_ descriptor: Int32) { self.descriptor = Mutex(descriptor) }

    deinit { letGo() }

    /// - Returns: a lifeline, and the end for the unit, which the caller closes.
    static func withReader() throws(ExperimentError) -> (lifeline: Lifeline, reader: Int32) {
        var ends: [Int32] = [-1, -1]
        // Not a pipe: a socket is closed on exec from its first moment on.
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            throw ExperimentError("cannot make a socket: \(String(cString: strerror(errno)))")
        }
        return (Lifeline(ends[1]), ends[0])
    }

    /// Ends what lives on it. Safe to call twice.
    func letGo() {
        descriptor.withLock { end in
            if end >= 0 { close(end) }
            end = -1
        }
    }
}
