import Glibc

/// What the kernel says of a file (stat(2)).
package struct FileStatus: Hashable, Sendable {
    package let user: UInt32
    package let group: UInt32
    /// With the kind of the file: `S_IFMT`.
    package let mode: UInt32
    /// Of the file system, and the file's number in it.
    package let device: UInt64
    package let inode: UInt64
    /// What device a node stands for.
    package let node: UInt64
    /// In bytes.
    package let size: Int64
    /// When it was last written to, in seconds since 1970.
    package let modified: Int

    package var isDirectory: Bool { mode & S_IFMT == S_IFDIR }
    package var isRegular: Bool { mode & S_IFMT == S_IFREG }
    package var isLink: Bool { mode & S_IFMT == S_IFLNK }

    /// Of what is open.
    ///
    /// - Parameter users: how those of its machine are numbered here.
    package init(
        of descriptor: Int32, _ users: UserShift = UserShift(first: 0)
    ) throws(Errno) {
        var about = stat()
        try check { fstat(descriptor, &about) }
        user = users.inside(about.st_uid)
        group = users.inside(about.st_gid)
        mode = about.st_mode
        device = UInt64(about.st_dev)
        inode = UInt64(about.st_ino)
        node = UInt64(about.st_rdev)
        size = Int64(about.st_size)
        modified = Int(about.st_mtim.tv_sec)
    }
}
