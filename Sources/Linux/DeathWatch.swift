import Glibc

/// Ends something when this process does: whoever has the other end of its socket reads the end of
/// it, since the kernel closes ours however this process ends, also by SIGKILL.
///
/// Ours is closed, too, when the last holder lets go of this object.
package final class DeathWatch: Sendable {
    /// Our end.
    package let socket: Int32

    private init(_ socket: Int32) { self.socket = socket }

    deinit { close(socket) }

    /// - Parameter keepsMessages: whether what one end says comes to the other in the same pieces
    ///   (unix(7), SOCK_SEQPACKET) and not as a stream.
    /// - Returns: a watch, and the end for who watches, which the caller closes.
    package static func withOtherEnd(
        keepsMessages: Bool = false
    ) throws(Errno) -> (watch: DeathWatch, other: Int32) {
        var ends: [Int32] = [-1, -1]
        // Not a pipe: a socket is closed on exec from its first moment on.
        let type = keepsMessages ? SOCK_SEQPACKET : SOCK_STREAM
        let kind = Int32(type.rawValue | SOCK_CLOEXEC.rawValue)
        try check { socketpair(AF_UNIX, kind, 0, &ends) }
        return (DeathWatch(ends[0]), ends[1])
    }

    /// As if this process had died, but what the other end says can still be heard. Safe to call
    /// twice.
    package func letGo() { shutdown(socket, Int32(SHUT_WR)) }
}
