import CLab
import Linux

/// The seccomp program that everything in a lab runs under.
enum LabFilter {
    /// Its instructions, or the error number of why there are none.
    static let code: Result<[UInt8], Errno> = {
        // The kernel takes 4096 instructions of 8 bytes at most.
        var code = [UInt8](repeating: 0, count: 4096 * 8 + 1)
        let length = code.withUnsafeMutableBytes { lab_make_filter($0.baseAddress, $0.count) }
        guard length > 0 else { return .failure(Errno(code: Int32(-length))) }
        return .success(Array(code.prefix(length)))
    }()

    /// Where C reads it; it stays there.
    static func inC(_ strings: CStrings) throws(Errno) -> lab_filter {
        let code = try code.get()
        return lab_filter(code: strings.bytes(code), size: code.count)
    }
}

extension Lab {
    /// The capabilities that nothing in a lab can have, as a mask: bit n is capability n of
    /// capabilities(7).
    public static var withheldCapabilities: UInt64 { lab_withheld_capabilities() }

    /// The system calls that are refused to everybody in a lab, with EPERM.
    public static let withheldCalls: [String] = {
        var names: [String] = []
        while let name = lab_withheld_call(names.count) { names.append(String(cString: name)) }
        return names
    }()
}
