import Glibc

/// The version of a kernel, as far as it says what the kernel can do.
struct KernelRelease: Comparable {
    let major: Int
    let minor: Int

    init(_ major: Int, _ minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// As `uname -r` says it, such as `6.12.3-amd64`; 0.0 for what is none.
    init(_ text: String) {
        let numbers = text.split(separator: ".").prefix(2).map { part in
            Int(part.prefix(while: \.isNumber)) ?? 0
        }
        self.init(numbers.first ?? 0, numbers.count > 1 ? numbers[1] : 0)
    }

    static let running: KernelRelease = {
        var names = utsname()
        guard uname(&names) == 0 else { return KernelRelease(0, 0) }
        let text = withUnsafeBytes(of: names.release) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        return KernelRelease(text)
    }()

    static func < (one: KernelRelease, other: KernelRelease) -> Bool {
        (one.major, one.minor) < (other.major, other.minor)
    }
}
