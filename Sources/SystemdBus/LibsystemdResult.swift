import Linux

/// Passes on what a function of libsystemd returned, unless it is an error: a negative number of
/// errno(3).
@discardableResult
func check(_ result: Int32) throws(Errno) -> Int32 {
    guard result >= 0 else { throw Errno(code: -result) }
    return result
}
