import Glibc
import Linux

/// Whole small files, without Foundation.
enum TextFile {
    static func read(_ path: String) throws(Errno) -> String {
        let file = try OpenFile(path, O_RDONLY)
        var bytes: [UInt8] = []
        while true {
            guard let more = file.readSome() else { throw .current }
            if more.isEmpty { return String(decoding: bytes, as: UTF8.self) }
            bytes += more
        }
    }

    /// Readers see the old text or the new one, never a part.
    static func replace(_ path: String, with text: String) throws(Errno) {
        let new = path + ".new"
        do {
            let file = try OpenFile(new, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o644)
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                let written = try check {
                    rest.withUnsafeBytes { write(file.number, $0.baseAddress, $0.count) }
                }
                rest = rest.dropFirst(written)
            }
        }
        try check { rename(new, path) }
    }
}
