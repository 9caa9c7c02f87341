import CLinux
import Glibc

/// An open directory that is the root of every path below it: no symbolic link in it leads out,
/// neither an absolute one nor one with `..`, and those of the kernel's (/proc/PID/root) are not
/// followed at all (openat2(2), Linux 5.6).
///
/// Whatever was made by whom we do not know is met through it: a tree that a lab is made of, and the
/// root directory of a lab or of a service's machine. It is opened once and stays that directory,
/// also when a pid in its path becomes another process's.
package final class RootedDirectory: Sendable {
    package let descriptor: Int32
    /// How its users are numbered on our machine: files and processes are told by its own numbers.
    package let users: UserShift

    /// - Parameter path: followed as any path of our own machine; empty for its root.
    package convenience init(_ path: String) throws(Errno) {
        self.init(
            owning: try check {
                Glibc.open(path.isEmpty ? "/" : path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            }, UserShift(ofRoot: path))
    }

    /// - Parameter descriptor: of a directory, open for reading.
    init(owning descriptor: Int32, _ users: UserShift) {
        self.descriptor = descriptor
        self.users = users
    }

    deinit { close(descriptor) }

    /// One with nothing in it, for a machine that is gone.
    package static let nowhere = RootedDirectory(owning: -1, UserShift(first: 0))

    /// For open(2): what is there is only named, not read; no right to it is needed, and a device
    /// does not notice.
    package static let naming: Int32 = 0o10_000_000

    /// Opens what is at a path, close-on-exec. Whoever opens it closes it.
    package func open(_ path: String, _ flags: Int32) throws(Errno) -> Int32 {
        let result = linux_open_in_root(descriptor, path, UInt64(UInt32(flags)), 0)
        guard result >= 0 else { throw Errno(code: -result) }
        return result
    }

    /// The directory at a path; paths below it lead nowhere out of *it*. nil where there is none.
    package func directory(at path: String) -> RootedDirectory? {
        (try? open(path, O_RDONLY | O_DIRECTORY)).map { RootedDirectory(owning: $0, users) }
    }

    /// The directory that holds a file, and the file's name in it.
    package func holding(_ path: String) -> (RootedDirectory, name: String)? {
        guard let slash = path.lastIndex(of: "/") else { return nil }
        let name = String(path[path.index(after: slash)...])
        let directory = slash == path.startIndex ? "/" : String(path[..<slash])
        guard !name.isEmpty, name != "..", let place = self.directory(at: directory) else {
            return nil
        }
        return (place, name)
    }

    /// What is at a path; nil where there is nothing. A link that a path ends with is not followed,
    /// unless so asked.
    package func status(of path: String, followingLink: Bool = false) -> FileStatus? {
        let flags = followingLink ? Self.naming : Self.naming | O_NOFOLLOW
        return try? using(path, flags) { (file) throws(Errno) in
            try FileStatus(of: file, users)
        }
    }

    /// Whether there is nothing at a path, not even a link; not what cannot be told.
    package func lacks(_ path: String) -> Bool {
        do throws(Errno) {
            close(try open(path, Self.naming | O_NOFOLLOW))
            return false
        } catch {
            return [ENOENT, ENOTDIR].contains(error.code)
        }
    }

    /// Whether a path leads to something.
    package func has(_ path: String) -> Bool { status(of: path, followingLink: true) != nil }

    /// What is written in a symbolic link; nil where there is none.
    package func link(_ path: String) -> String? {
        try? using(path, Self.naming | O_NOFOLLOW) { (link) throws(Errno) in
            var text = [CChar](repeating: 0, count: Int(PATH_MAX))
            let count = try check { readlinkat(link, "", &text, text.count) }
            return String(decoding: text[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
    }

    /// The names of what is in the directory, but for `.` and `..`, in the kernel's order.
    package var names: [String] { directoryNames(closing: fcntl(descriptor, F_DUPFD_CLOEXEC, 0)) }

    /// The same of a directory below; nothing where there is none.
    package func names(in path: String) -> [String] { directory(at: path)?.names ?? [] }

    /// The directory of this name, links not among them.
    package func subdirectory(_ name: String) -> RootedDirectory? {
        (try? open(name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)).map {
            RootedDirectory(owning: $0, users)
        }
    }

    /// Runs `body` as the directory's owner as far as new files and names are concerned, where its
    /// users are not our machine's: nobody else can make any in a file system of a user namespace's,
    /// not even root. It changes this thread alone (setfsuid(2)).
    package func asItsOwner<Result>(_ body: () -> Result) -> Result {
        var about = stat()
        if users.first == 0 || fstat(descriptor, &about) != 0 { return body() }
        linux_set_file_owner(about.st_uid, about.st_gid)
        defer { linux_set_file_owner(geteuid(), getegid()) }
        return body()
    }

    private func using<Result>(
        _ path: String, _ flags: Int32, _ body: (Int32) throws(Errno) -> Result
    ) throws(Errno) -> Result {
        let file = try open(path, flags)
        defer { close(file) }
        return try body(file)
    }
}

extension RootedDirectory {
    /// Opens a regular file for reading, and nothing else: a device, a pipe or a socket in its place
    /// is not touched.
    ///
    /// - Throws: `EINVAL` for what is no regular file.
    package func openFile(_ path: String, followingLink: Bool = true) throws(Errno) -> Int32 {
        let flags = followingLink ? Self.naming : Self.naming | O_NOFOLLOW
        return try using(path, flags) { (file) throws(Errno) in
            guard try FileStatus(of: file).isRegular else { throw Errno(code: EINVAL) }
            return try check {
                Glibc.open("/proc/self/fd/\(file)", O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
            }
        }
    }

    /// What is in a regular file, or the first so many bytes of it; nil where it cannot be read.
    /// Files of the kernel's have no size, so it is read to its end.
    package func bytes(
        of path: String, first limit: Int, followingLink: Bool = true
    ) -> [UInt8]? {
        guard let file = try? openFile(path, followingLink: followingLink) else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: min(limit, 1 << 16))
        while bytes.count < limit {
            let room = min(chunk.count, limit - bytes.count)
            guard let count = try? check({ read(file, &chunk, room) }) else { return nil }
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        return bytes
    }

    /// The text of a regular file, at most a mebibyte of it; nil where it cannot be read.
    package func text(of path: String, followingLink: Bool = true) -> String? {
        bytes(of: path, first: 1 << 20, followingLink: followingLink).map {
            String(decoding: $0, as: UTF8.self)
        }
    }
}
