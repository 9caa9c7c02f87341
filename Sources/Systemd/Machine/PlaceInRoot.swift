import CSystemd
import Glibc
import Linux

/// A directory of a machine, opened so that no symbolic link leads out of that machine: its files
/// may be changed by us as root, and its links were made by whom we do not know.
package final class PlaceInRoot: Sendable {
    let descriptor: Int32

    init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// - Parameter path: absolute, as the machine sees it; nil where there is no such directory.
    convenience init?(_ path: String, of machine: Machine) {
        self.init(path, root: machine.root)
    }

    /// - Parameter root: the machine's root directory; empty for our own.
    package init?(_ path: String, root: String) {
        let result = csystemd_open_in_root(root, path, O_RDONLY | O_DIRECTORY)
        guard result >= 0 else { return nil }
        descriptor = result
    }

    /// The directory that holds a file, and the file's name in it.
    static func holding(_ path: String, of machine: Machine) -> (PlaceInRoot, name: String)? {
        guard let slash = path.lastIndex(of: "/") else { return nil }
        let name = String(path[path.index(after: slash)...])
        let directory = slash == path.startIndex ? "/" : String(path[..<slash])
        guard !name.isEmpty, name != "..", let place = PlaceInRoot(directory, of: machine) else {
            return nil
        }
        return (place, name)
    }

    /// The owner, group and mode of a file in it; nil where there is none.
    func status(of name: String) -> (user: uid_t, group: gid_t, mode: mode_t)? {
        var status = stat()
        guard fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
        return (status.st_uid, status.st_gid, status.st_mode)
    }

    /// Whether the owner was changed; `errno` says why not.
    func give(_ name: String, to user: uid_t, _ group: gid_t) -> Bool {
        fchownat(descriptor, name, user, group, AT_SYMLINK_NOFOLLOW) == 0
    }

    func setMode(_ mode: mode_t, of name: String) { fchmodat(descriptor, name, mode & 0o7777, 0) }

    /// Makes an empty file where there is none.
    func makeFile(_ name: String) -> Bool {
        let file = openat(descriptor, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        if file >= 0 { close(file) }
        return file >= 0
    }

    func remove(_ name: String) { unlinkat(descriptor, name, 0) }

    /// The directories in it, links not among them.
    func directory(_ name: String) -> PlaceInRoot? {
        let result = openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        return result < 0 ? nil : PlaceInRoot(descriptor: result)
    }

    /// The names of what is in it.
    var names: [String] { directoryNames(closing: dup(descriptor)) }
}
