import Glibc

/// What went wrong in a system call, as errno(3) numbers it.
package struct Errno: Error, Hashable, CustomStringConvertible {
    package let code: Int32

    package init(code: Int32) { self.code = code }

    /// Of the last call of this thread that failed.
    package static var current: Errno { Errno(code: errno) }

    /// The C library's words, as strerror(3) gives them.
    package var description: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
        let text = buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
        return String(decoding: text, as: UTF8.self)
    }
}

/// Repeats a call that a signal interrupted, and turns -1 into the error it stands for.
@discardableResult
package func check<Result: SignedInteger>(_ call: () -> Result) throws(Errno) -> Result {
    while true {
        let result = call()
        if result >= 0 { return result }
        guard errno == EINTR else { throw .current }
    }
}
