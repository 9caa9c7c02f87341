import Foundation
import Hardening
import Linux

/// A file of a root tree, whose links are followed inside of that tree: they may be absolute, and
/// were made by whom we do not know.
struct TreeFile {
    /// Where it really is, as the tree sees it.
    let path: String
    let bytes: Data

    /// No program and no library is longer, in bytes.
    private static let longest = 1 << 30

    /// - Parameter limit: in bytes.
    /// - Returns: nil where there is no such regular file, or a larger one.
    init?(_ path: String, in tree: RootedDirectory, atMost limit: Int = longest) {
        guard let descriptor = try? tree.openFile(path) else { return nil }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        guard let size = try? FileStatus(of: descriptor).size, size <= limit,
            let bytes = try? file.read(upToCount: limit) ?? Data(),
            let root = Self.place(of: tree.descriptor), let place = Self.place(of: descriptor)
        else { return nil }
        self.path = root == "/" ? place : String(place.dropFirst(root.count))
        self.bytes = bytes
    }

    /// Where what is open really is.
    private static func place(of descriptor: Int32) -> String? {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(descriptor)")
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
