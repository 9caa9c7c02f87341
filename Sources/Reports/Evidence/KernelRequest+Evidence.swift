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

    /// The kernel asks for this capability whenever memory is reserved, and at each exec.
    var isStray: Bool { subject == .capability("CAP_SYS_ADMIN") }

    /// EPERM or EACCES: what root may do, and others may not.
    var isForLackOfRights: Bool { !lacking.isEmpty || error == 1 || error == 13 }
}

extension Exception {
    /// Whether a refused request was for what this exception opens.
    func covers(_ request: KernelRequest) -> Bool {
        let place = String(value.drop { $0 == "-" }.prefix { $0 != " " })
        switch setting {
        case "SocketBindAllow":
            return request.call == "bind" && place.hasSuffix(":\(request.port ?? 0)")
        default:
            guard let path = request.path, request.isRefused else { return false }
            return Places.isBelow(Places.resolved(path), place)
        }
    }
}

extension SetupStep {
    /// The system calls by which systemd takes this step.
    var calls: Set<String> {
        switch name {
        case "CHDIR": ["chdir", "fchdir", "openat", "openat2"]
        case "EXEC": ["execve", "execveat", "openat", "open_tree"]
        case "STDIN", "STDOUT", "STDERR": ["openat", "open", "connect"]
        case "NAMESPACE":
            [
                "mount", "openat", "openat2", "open_tree", "move_mount", "mkdir", "mkdirat",
                "umount2",
            ]
        case "USER", "GROUP": ["setresuid", "setresgid", "setgroups", "openat"]
        default: ["openat", "mkdir", "mkdirat", "fchownat", "chown", "mount", "connect"]
        }
    }
}
