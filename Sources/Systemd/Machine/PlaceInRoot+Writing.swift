// In a static build the types of stat(2) belong to CSystemd, and to Glibc in others.
import CSystemd
import Foundation
import Glibc
import Linux
package import Trials

extension PlaceInRoot {
    /// Puts a file there whole or not at all: readers see the old text or the new one, also after
    /// the power failed. A link of that name is replaced and not followed.
    ///
    /// What a killed writer leaves behind is called `.NAME.new`.
    ///
    /// - Parameter keepingOwner: whether it belongs to whom a file of that name belonged, and has its
    ///   mode.
    package func write(
        _ text: String, as name: String, mode: UInt32, keepingOwner: Bool = false
    ) throws(ExperimentError) {
        let old = keepingOwner ? status(of: name) : nil
        let mode = old.map { $0.mode & 0o777 } ?? mode
        let draft = PlaceInRoot.draft(of: name)
        unlinkat(descriptor, draft, 0)
        let file = openat(
            descriptor, draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
        guard file >= 0 else { throw PlaceInRoot.failure(name) }
        let isWritten =
            PlaceInRoot.write(text, to: file)
            && (old.map { fchown(file, $0.user, $0.group) } ?? 0) == 0
            && fchmod(file, mode) == 0 && fsync(file) == 0
        let trouble = errno
        close(file)
        guard isWritten else {
            unlinkat(descriptor, draft, 0)
            errno = trouble
            throw PlaceInRoot.failure(name)
        }
        guard renameat(descriptor, draft, descriptor, name) == 0 else {
            let error = PlaceInRoot.failure(name)
            unlinkat(descriptor, draft, 0)
            throw error
        }
        fsync(descriptor)
    }

    /// The same for a file of our own machine by its path, mode 0644.
    package static func write(
        _ text: String, to path: String, keepingOwner: Bool = false
    ) throws(ExperimentError) {
        let url = URL(fileURLWithPath: path)
        guard let place = PlaceInRoot(url.deletingLastPathComponent().path, root: "") else {
            throw failure(path)
        }
        try place.write(text, as: url.lastPathComponent, mode: 0o644, keepingOwner: keepingOwner)
    }

    static func draft(of name: String) -> String { ".\(name).new" }

    /// The directory of this name, made where there is none.
    package func makingDirectory(_ name: String, mode: UInt32) throws(ExperimentError)
        -> PlaceInRoot
    {
        if mkdirat(descriptor, name, mode) == 0 {
            fsync(descriptor)
        } else if errno != EEXIST {
            throw PlaceInRoot.failure(name)
        }
        guard let place = directory(name) else { throw PlaceInRoot.failure(name) }
        return place
    }

    /// The text of a regular file in it, links not among them; nil where there is none.
    package func text(of name: String) -> String? {
        let file = openat(descriptor, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        return file < 0 ? nil : OpenText.reading(file)
    }

    /// Takes a directory away if nothing is in it.
    package func removeDirectory(_ name: String) { unlinkat(descriptor, name, AT_REMOVEDIR) }

    /// Makes sure that what was made or removed stays so after the power failed.
    package func sync() { fsync(descriptor) }

    private static func write(_ text: String, to file: Int32) -> Bool {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            if count <= 0 { return false }
            bytes = bytes.dropFirst(count)
        }
        return true
    }

    private static func failure(_ name: String) -> ExperimentError {
        ExperimentError("\(name) cannot be written: \(Errno.current)")
    }
}

/// What stands in an open file.
enum OpenText {
    /// The text of a regular file, at most a mebibyte of it. The file is closed.
    static func reading(_ file: Int32) -> String? {
        defer { close(file) }
        var about = stat()
        guard fstat(file, &about) == 0, about.st_mode & S_IFMT == S_IFREG else { return nil }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < 1 << 20 {
            let count = read(file, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            if count < 0 { return nil }
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
