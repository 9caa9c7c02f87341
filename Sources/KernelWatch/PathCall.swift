import Glibc

/// A system call that names a file: in which argument, and whether it would change it.
struct PathCall {
    /// 0 or 1.
    let argument: Int
    private let effect: Effect

    private enum Effect {
        case reads, writes
        /// The flags of open(2) are in this argument.
        case flags(Int)
    }

    static func of(_ call: String) -> PathCall? { table[call] }

    typealias Arguments = (UInt64, UInt64, UInt64, UInt64)

    func writes(_ arguments: Arguments) -> Bool {
        switch effect {
        case .reads: return false
        case .writes: return true
        case .flags(let position):
            let flags = Int32(truncatingIfNeeded: position == 1 ? arguments.1 : arguments.2)
            return flags & (O_ACCMODE | O_CREAT | O_TRUNC) != O_RDONLY
        }
    }

    private static let table: [String: PathCall] = {
        var table = [
            "open": PathCall(argument: 0, effect: .flags(1)),
            "openat": PathCall(argument: 1, effect: .flags(2)),
            "symlink": PathCall(argument: 1, effect: .writes),
            "mount": PathCall(argument: 1, effect: .writes),
        ]
        func add(_ names: [String], _ argument: Int, _ effect: Effect) {
            for name in names { table[name] = PathCall(argument: argument, effect: effect) }
        }
        add(
            [
                "creat", "mkdir", "rmdir", "unlink", "rename", "link", "mknod", "chown",
                "lchown", "chmod", "truncate", "umount2", "utime", "utimes", "setxattr",
            ], 0, .writes)
        add(
            [
                "mkdirat", "unlinkat", "renameat", "renameat2", "linkat", "mknodat",
                "fchownat", "fchmodat", "fchmodat2", "utimensat",
            ], 1, .writes)
        add(
            [
                "stat", "lstat", "access", "readlink", "statfs", "chdir", "chroot", "execve",
            ], 0, .reads)
        add(
            [
                "openat2", "newfstatat", "faccessat", "faccessat2", "readlinkat", "statx",
                "execveat", "inotify_add_watch",
            ], 1, .reads)
        return table
    }()
}
