import Hardening
import Trials

extension KernelRequest {
    /// The system call; nil for a mere check of a capability.
    var call: String? {
        switch subject {
        case .call(let name), .killed(let name): name
        case .capability: nil
        }
    }

    /// Whether it says what was refused, and not only that a right was asked for.
    var isSure: Bool { call != nil }

    /// What a service may say of it, in lower case: the file, the call, or the error in the words of
    /// strerror(3) and strsignal(3).
    var telltales: [String] {
        let file = path.map { [$0, String($0.split(separator: "/").last ?? "")] } ?? []
        let names = file.filter { $0.count > 2 }.map { $0.lowercased() }
        let words = [
            1: "not permitted", 2: "no such file", 6: "no such device", 13: "permission denied",
            19: "no such device", 22: "invalid argument", 30: "read-only file system",
            38: "not implemented", 97: "address family not supported",
            99: "cannot assign requested address", 101: "network is unreachable",
        ][error]
        let kill: [String]
        if case .killed = subject {
            kill = ["bad system call", "sigsys", "signal 31", "core dumped"]
        } else {
            kill = []
        }
        return names + [call.map(KernelRequest.stem), words].compactMap(\.self) + kill
    }

    /// What people call it: `chown` for `fchownat`, `open` for `openat2`.
    private static func stem(_ call: String) -> String {
        var stem = call[...]
        while let last = stem.last, last.isNumber { stem.removeLast() }
        if stem.hasSuffix("at"), !stem.hasSuffix("stat"), !stem.hasSuffix("creat") {
            stem.removeLast(2)
        }
        if stem.hasPrefix("fch") || stem.hasPrefix("lch") { stem.removeFirst() }
        return String(stem)
    }

    /// EPERM or EACCES: what root may do, and others may not.
    var isForLackOfRights: Bool { !lacking.isEmpty || error == 1 || error == 13 }
}

extension ExecStep {
    /// The system calls by which systemd takes this step.
    var calls: Set<String> {
        switch self {
        case .chdir: ["chdir", "fchdir", "openat", "openat2"]
        case .exec: ["execve", "execveat", "openat", "open_tree"]
        case .stdin, .stdout, .stderr: ["openat", "open", "connect"]
        case .namespace:
            [
                "mount", "openat", "openat2", "open_tree", "move_mount", "mkdir", "mkdirat",
                "umount2",
            ]
        case .user, .group: ["setresuid", "setresgid", "setgroups", "openat"]
        default: ["openat", "mkdir", "mkdirat", "fchownat", "chown", "mount", "connect"]
        }
    }
}

extension Stage {
    /// Whether the copy should be up at this stage.
    var isOfLife: Bool { self != .stop && self != .secondStop }
}
