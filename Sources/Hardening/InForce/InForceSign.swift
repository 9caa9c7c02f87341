/// Something that is seen of a process under a restriction and not of one without it: how to know
/// that systemd enforces the restriction here, and does not only accept it.
public enum InForceSign: Hashable, Sendable {
    case noNewPrivileges
    /// None of these is in the bounding set.
    case withoutCapabilities(UInt64)
    /// More seccomp filters than the process it is compared with.
    case filtersCalls
    /// Another namespace than the process it is compared with.
    case ownNamespace(NamespaceKind)
    case mount(String, MountTrait)
    /// More BPF programs of this kind on the control group than on the one it is compared with.
    case program(CgroupProgram)
    /// At least these bits.
    case umask(UInt32)
    /// It does not run as root.
    case otherUser
    /// Its memory is not merged with that of others.
    case keepsMemoryApart
    /// Nothing can be seen: a command has to try what is forbidden.
    case canary(Canary)
    /// The setting speaks to systemd itself and to nobody else, so reading it back says all.
    case readsBack
}

/// The links in `/proc/PID/ns` that directives change.
public enum NamespaceKind: String, Hashable, Sendable, CaseIterable {
    case cgroup, ipc, mnt, net, pid, user, uts
}

/// How the place of a path in the tree of mounts shows a restriction.
public enum MountTrait: Hashable, Sendable {
    case readOnly, noExec
    /// systemd's empty node without permissions is mounted there.
    case inaccessible
    /// A file system of this type.
    case type(String)
    /// Not what the process that it is compared with has there.
    case replaced
    /// A file system with this option, such as `subset=pid`.
    case option(String)
}

/// Programs that systemd attaches to the control group of a unit, with their numbers in
/// `enum bpf_attach_type` (linux/bpf.h).
public enum CgroupProgram: UInt32, Hashable, Sendable, CaseIterable {
    case ingress = 0
    case egress = 1
    case device = 6
    case bind4 = 8
    case bind6 = 9
}

/// A command that tries what a restriction forbids, in a unit of its own.
public enum Canary: String, Hashable, Sendable, CaseIterable {
    /// Maps memory that is writable and executable.
    case writableCode
    /// Makes a system call that the filter beside the restriction denies.
    case deniedCall
    /// Runs a program that lies on a file system `tmpfs`.
    case fileSystem
    /// Looks for its invocation's key, which systemd leaves only in a keyring it made.
    case keyring
}

/// How the command of a canary ended.
public enum CanaryEnd: Hashable, Sendable {
    case exit(Int32)
    case signal(Int32)
}

extension Canary {
    /// Whether what it looks for does not exist here, whoever looks.
    func isPointless(after end: CanaryEnd) -> Bool {
        // ENOSYS: a kernel without keyrings.
        self == .keyring && end == .exit(38)
    }

    /// Whether this is the end under a restriction that is in force.
    func isStopped(by end: CanaryEnd) -> Bool {
        switch self {
        case .writableCode, .fileSystem: end != .exit(0)
        // SIGSYS, 31 on every architecture that has system call filters but MIPS (signal(7)).
        case .deniedCall: end == .signal(31)
        case .keyring: end == .exit(0)
        }
    }
}
