import CSystemd
import Foundation
import Glibc
import Hardening

/// A file of a root tree, whose links are followed inside of that tree: they may be absolute, and
/// were made by whom we do not know.
struct TreeFile {
    /// Where it really is, as the tree sees it.
    let path: String
    let bytes: Data

    /// - Parameters:
    ///   - root: without links in it; empty for the machine's own.
    ///   - limit: in bytes.
    /// - Returns: nil where there is no such regular file, or a larger one.
    init?(_ path: String, in root: String, atMost limit: Int = .max) {
        // Never blocks: what is no regular file is left alone.
        let descriptor = csystemd_open_in_root(root, path, O_RDONLY | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var about = stat()
        guard fstat(descriptor, &about) == 0, about.st_mode & S_IFMT == S_IFREG,
            about.st_size <= limit,
            let bytes = try? file.readToEnd() ?? Data(),
            let place = try? FileManager.default.destinationOfSymbolicLink(
                atPath: "/proc/self/fd/\(descriptor)")
        else { return nil }
        self.path = place.hasPrefix(root) ? String(place.dropFirst(root.count)) : path
        self.bytes = bytes
    }

    /// What tells this file from another: the build ID of a program, else a digest of all of it.
    var digest: String { ElfFile(bytes)?.buildID ?? Digest.of(bytes) }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The interpreter of a script.
    var interpreter: String? {
        guard bytes.starts(with: Array("#!".utf8)) else { return nil }
        let line = bytes.dropFirst(2).prefix { $0 != 0x0a }
        return String(decoding: line, as: UTF8.self).split(whereSeparator: \.isWhitespace).first
            .map(String.init)
    }
}
