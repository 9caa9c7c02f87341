import Glibc

/// A file of /proc, /sys or a control group. Such files have no size, so they are read to their
/// end.
package enum KernelFile {
    /// Its text; empty where it cannot be read. Of a process that ends meanwhile, what could be
    /// read.
    package static func text(_ path: String) -> String {
        String(decoding: bytes(path), as: UTF8.self)
    }

    /// What stands in a file of one line, such as `/proc/PID/comm`, without the line's end; nil
    /// where it cannot be read.
    package static func line(_ path: String) -> String? {
        var bytes = bytes(path)
        if bytes.isEmpty { return nil }
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What stands in it; nothing where it cannot be read.
    package static func bytes(_ path: String) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return [] }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(file, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            if count <= 0 { return bytes }
            bytes += chunk[..<count]
        }
    }
}
