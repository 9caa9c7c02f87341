import Foundation
import Glibc
package import Linux
package import Trials

extension RootedDirectory {
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
        try write(Array(text.utf8), as: name, mode: mode, keepingOwner: keepingOwner)
    }

    func write(
        _ bytes: [UInt8], as name: String, mode: UInt32, keepingOwner: Bool = false
    ) throws(ExperimentError) {
        let old = keepingOwner ? status(of: name) : nil
        let mode = old.map { $0.mode & 0o777 } ?? mode
        let draft = RootedDirectory.draft(of: name)
        unlinkat(descriptor, draft, 0)
        let file = asItsOwner {
            openat(descriptor, draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
        }
        guard file >= 0 else { throw RootedDirectory.failure(name) }
        let isWritten =
            RootedDirectory.write(bytes, to: file)
            && (old.map { fchown(file, users.outside($0.user), users.outside($0.group)) } ?? 0) == 0
            && fchmod(file, mode) == 0 && fsync(file) == 0
        let trouble = errno
        close(file)
        guard isWritten else {
            unlinkat(descriptor, draft, 0)
            errno = trouble
            throw RootedDirectory.failure(name)
        }
        guard asItsOwner({ renameat(descriptor, draft, descriptor, name) }) == 0 else {
            let error = RootedDirectory.failure(name)
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
        let place: RootedDirectory
        do { place = try RootedDirectory(url.deletingLastPathComponent().path) } catch {
            throw failure(path, error)
        }
        try place.write(text, as: url.lastPathComponent, mode: 0o644, keepingOwner: keepingOwner)
    }

    static func draft(of name: String) -> String { ".\(name).new" }

    /// The directory of this name, made where there is none.
    package func makingDirectory(_ name: String, mode: UInt32) throws(ExperimentError)
        -> RootedDirectory
    {
        if asItsOwner({ mkdirat(descriptor, name, mode) }) == 0 {
            fsync(descriptor)
        } else if errno != EEXIST {
            throw RootedDirectory.failure(name)
        }
        guard let place = subdirectory(name) else { throw RootedDirectory.failure(name) }
        return place
    }

    /// Whether the owner was changed; `errno` says why not.
    func give(_ name: String, to user: uid_t, _ group: gid_t) -> Bool {
        fchownat(
            descriptor, name, users.outside(user), users.outside(group), AT_SYMLINK_NOFOLLOW) == 0
    }

    func setMode(_ mode: mode_t, of name: String) {
        fchmodat(descriptor, name, mode & 0o7777, AT_SYMLINK_NOFOLLOW)
    }

    /// Makes an empty file where there is none.
    func makeFile(_ name: String) -> Bool {
        let file = asItsOwner {
            openat(descriptor, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        }
        if file >= 0 { close(file) }
        return file >= 0
    }

    func remove(_ name: String) { unlinkat(descriptor, name, 0) }

    /// Takes a directory away if nothing is in it.
    package func removeDirectory(_ name: String) { unlinkat(descriptor, name, AT_REMOVEDIR) }

    /// Takes away what is there with all that is below, but for what is mounted there. Links are not
    /// followed.
    func removeAll(_ name: String) {
        guard unlinkat(descriptor, name, 0) != 0, let directory = subdirectory(name),
            directory.device == device
        else { return }
        for name in directory.names { directory.removeAll(name) }
        removeDirectory(name)
    }

    /// The file system that it lies in.
    var device: UInt64? { status(of: ".")?.device }

    var isReadOnly: Bool {
        var about = statvfs()
        return fstatvfs(descriptor, &about) == 0 && about.f_flag & UInt(ST_RDONLY) != 0
    }

    /// Makes sure that what was made or removed stays so after the power failed.
    package func sync() { fsync(descriptor) }

    private static func write(_ bytes: [UInt8], to file: Int32) -> Bool {
        var bytes = bytes[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            if count <= 0 { return false }
            bytes = bytes.dropFirst(count)
        }
        return true
    }

    private static func failure(_ name: String, _ error: Errno = .current) -> ExperimentError {
        ExperimentError("\(name) cannot be written: \(error)")
    }
}
