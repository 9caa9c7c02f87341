import Glibc

/// Who may have a say in what temper does: root, whoever runs it, and whoever called sudo. Files
/// that another user may write are not acted upon.
package struct Trust {
    package let users: Set<UInt32>

    package static var current: Trust {
        Trust(users: Set([0, geteuid(), Caller.behindSudo].compactMap { $0 }))
    }

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

    /// What is wrong with a path, or nil: the file itself, where it exists, and each directory that
    /// leads to it, also behind links.
    package func problem(withPath path: String) -> String? {
        let absolute = path.hasPrefix("/") ? path : workingDirectory + "/" + path
        if let problem = problem(withSteps: absolute) { return problem }
        guard let real = realpath(absolute, nil) else { return nil }
        defer { free(real) }
        let target = String(cString: real)
        return target == absolute ? nil : problem(withSteps: target)
    }

    private func problem(withSteps path: String) -> String? {
        var step = ""
        let names = path.split(separator: "/")
        for (index, name) in names.enumerated() {
            step += "/\(name)"
            var about = stat()
            guard lstat(step, &about) == 0 else { return nil }
            if let problem = problem(
                owner: about.st_uid, group: about.st_gid, mode: about.st_mode,
                isOnTheWay: index < names.count - 1)
            {
                return "\(step) \(problem)"
            }
        }
        return nil
    }

    private var workingDirectory: String {
        guard let path = getcwd(nil, 0) else { return "" }
        defer { free(path) }
        return String(cString: path)
    }

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
