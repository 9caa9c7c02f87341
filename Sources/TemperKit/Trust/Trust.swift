import Glibc

/// Who may have a say in what temper does: what only they could have written is trusted like the
/// machine itself.
package struct Trust {
    package let users: Set<UInt32>

    /// Whose ledgers are believed: those of root, of whoever runs temper, and of whoever called sudo.
    package static var current: Trust {
        Trust(users: Set([0, geteuid(), Caller.behindSudo].compactMap { $0 }))
    }

    /// Whose commands are obeyed: root's, and those of whoever runs temper. What stands in a file of
    /// who called sudo may be from anywhere, a pull request or a mail.
    package static var ofCommands: Trust { Trust(users: [0, geteuid()]) }

    /// What is wrong with a file or directory by its owner and mode, or nil.
    ///
    /// - Parameter isOnTheWay: a directory that is only passed through may be one like /tmp, in
    ///   which nobody can take away what is another's (sticky, inode(7)).
    func problem(owner: uid_t, group: gid_t, mode: mode_t, isOnTheWay: Bool = false) -> String? {
        if !users.contains(owner) { return "belongs to user \(owner)" }
        // The mode of a link says nothing; its owner and its directory do.
        if mode & S_IFMT == S_IFLNK { return nil }
        if isOnTheWay && mode & S_IFMT == S_IFDIR && mode & S_ISVTX != 0 { return nil }
        let isOpen = mode & S_IWOTH != 0 || (mode & S_IWGRP != 0 && group != 0)
        return isOpen ? "may be written by others (mode \(octal(mode)))" : nil
    }

    /// What is wrong with a path, or nil: the file itself, where it exists, and each directory and
    /// link that leads to it.
    package func problem(withPath path: String) -> String? {
        CheckedPath(path, by: self).problem
    }

    /// Why a tree is not as good as the machine's own: somebody else could have written its
    /// programs, its units or its accounts, or exchanged it. Whether what root unpacked there is any
    /// good is root's to say (`--untrusted`).
    ///
    /// - Returns: nil where it is, and where there is no such tree.
    package func distrust(ofTree root: String) -> Distrust? {
        let path = CheckedPath(root, by: self)
        let problem = path.problem ?? path.problem(below: Trust.telling, by: self)
        return problem.map { Distrust(of: "the tree \(root)", because: $0) }
    }

    /// Directories of a tree that say what runs there, and as whom.
    private static let telling = [
        "etc", "etc/systemd", "etc/systemd/system", "usr", "usr/bin", "usr/lib", "usr/lib/systemd",
        "usr/lib/systemd/system", "bin", "sbin", "lib", "lib/systemd", "lib/systemd/system",
    ]

    private func octal(_ mode: mode_t) -> String {
        "0" + String(mode & 0o7777, radix: 8)
    }
}

/// The person at the keyboard.
enum Caller {
    /// The unprivileged user who called sudo, where that is known.
    static var behindSudo: uid_t? {
        guard geteuid() == 0, let text = getenv("SUDO_UID"), let id = uid_t(String(cString: text)),
            id != 0
        else { return nil }
        return id
    }
}
