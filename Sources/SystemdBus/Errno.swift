import Glibc

/// The reason libsystemd gives: its functions return negative errno numbers.
struct Errno: Error, Hashable, CustomStringConvertible {
    let code: Int32

    var description: String { String(cString: strerror(code)) }
}

/// Passes on what a function of libsystemd returned, unless it is an error.
@discardableResult
func check(_ result: Int32) throws(Errno) -> Int32 {
    guard result >= 0 else { throw Errno(code: -result) }
    return result
}
