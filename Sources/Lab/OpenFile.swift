import CLab
import Glibc
import Linux

/// An open file descriptor, closed when the last holder lets go of it.
///
/// Everything is opened with `O_CLOEXEC`: a descriptor that leaks into another process would keep a
/// lab alive, or its name taken.
final class OpenFile: Sendable {
    let number: CInt

    init(owning number: CInt) { self.number = number }

    convenience init(_ path: String, _ flags: CInt, mode: mode_t = 0) throws(Errno) {
        self.init(owning: try check { open(path, flags | O_CLOEXEC, mode) })
    }

    /// Holds on to a process: what is done through it never reaches another one of the same pid.
    convenience init(processOf pid: pid_t) throws(Errno) {
        self.init(owning: try check { lab_pidfd_open(pid) })
    }

    deinit { close(number) }

    static func pipe() throws(Errno) -> (reading: OpenFile, writing: OpenFile) {
        var ends: [CInt] = [-1, -1]
        try check { lab_pipe(&ends) }
        return (OpenFile(owning: ends[0]), OpenFile(owning: ends[1]))
    }

    /// Waits until there is something to read or the other end is gone.
    /// - Parameter milliseconds: the longest wait; a signal may end it early.
    func isReadable(within milliseconds: CInt) -> Bool {
        var ready = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        return poll(&ready, 1, milliseconds) > 0
    }

    /// What one `read(2)` gives; empty at the end, and `nil` if nothing is there now.
    func readSome() -> [UInt8]? {
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: 65536) { buffer, count in
            let got = read(number, buffer.baseAddress, buffer.count)
            failed = got < 0
            count = max(got, 0)
        }
        return failed ? nil : bytes
    }
}
