import Glibc

/// What went wrong in a system call.
struct SystemFailure: Error, Equatable {
    let number: CInt

    static var current: SystemFailure { SystemFailure(number: errno) }

    /// The kernel's words, as `strerror(3)` gives them.
    var reason: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard strerror_r(number, &buffer, buffer.count) == 0 else { return "error \(number)" }
        let text = buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
        return String(decoding: text, as: UTF8.self)
    }
}

/// Repeats a call that a signal interrupted, and turns -1 into the error it stands for.
@discardableResult
func check<Result: SignedInteger>(_ call: () -> Result) throws(SystemFailure) -> Result {
    while true {
        let result = call()
        if result >= 0 { return result }
        guard errno == EINTR else { throw .current }
    }
}
