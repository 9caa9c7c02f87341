/// Why a lab could not be had, or could not be used.
///
/// Every description is one line that says what, to whom, and what to do next.
public enum LabError: Error, Equatable, Sendable {
    /// A name is 1 to 32 characters of `a-z`, `0-9` and `-`.
    case badName(String)
    case nameTaken(String)
    case noSuchLab(String)
    /// Namespaces and mounts need root.
    case notRoot
    case noSuchRoot(String)
    case noSystemd(root: String)
    case noSystemBus(root: String)
    case noSuchBind(String)
    /// The kernel has no overlay file system, or refuses it here.
    case overlayUnavailable(reason: String)
    /// The kernel takes no BPF program that keeps the machine's devices from the lab.
    case noDeviceGuard(reason: String)
    /// The cgroup2 tree could neither be found nor mounted.
    case noCgroupTree(reason: String)
    /// The directory that holds the state of all labs could not be used.
    case stateUnusable(path: String, reason: String)
    /// This kernel cannot make the network around a lab.
    case noWorld(reason: String)
    /// The machine's network was asked for, and what brings it is not installed.
    case noPasta
    /// The kernel makes no user namespace here, or cannot show the tree in one.
    case noCage(reason: String)
    /// What a caged lab was to have of the machine.
    case notInCage(String)
    /// One step of the set-up failed; nothing of the lab is left.
    case stepFailed(step: String, reason: String)
    /// The lab's systemd ended before it was up.
    case endedDuringBoot(name: String)
    /// With the units whose start jobs were still running, where they could be asked for.
    case bootTooSlow(name: String, deadline: Duration, waitingFor: [String])
    /// It did not go away, not even by SIGKILL.
    case endTooSlow(name: String)
    case commandNotStarted(command: String, reason: String)
    case commandTooSlow(command: String, deadline: Duration)
    case cancelled
}

extension LabError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .badName(let name):
            "'\(name)' cannot name a lab: use 1 to 32 characters of a-z, 0-9 and '-'"
        case .nameTaken(let name):
            "a lab named '\(name)' exists already: choose another name, or end that one first"
        case .noSuchLab(let name):
            "no lab named '\(name)' is up; `temper lab list` shows which are"
        case .notRoot:
            "a lab needs root, for its namespaces and mounts: run this as root"
        case .noSuchRoot(let root):
            "there is no directory '\(root)' to make a lab from: check the path"
        case .noSystemd(let root):
            "no systemd in '\(root)': install the package systemd there"
        case .noSystemBus(let root):
            "no system bus in '\(root)': install the package dbus there"
        case .noSuchBind(let path):
            "'\(path)' cannot be bound into a lab: give the absolute path of an existing directory"
        case .overlayUnavailable(let reason):
            "this kernel mounts no overlay (\(reason)): load the module overlay, or leave the "
                + "container that forbids it"
        case .noDeviceGuard(let reason):
            "no BPF program can guard a lab's devices here (\(reason)): allow bpf(2), which a "
                + "container may forbid, or boot a kernel with CONFIG_CGROUP_BPF"
        case .noCgroupTree(let reason):
            "no cgroup2 tree to put a lab into (\(reason)): mount one, or allow mounting it"
        case .stateUnusable(let path, let reason):
            "'\(path)' cannot hold the state of labs (\(reason)): make it writable, or give "
                + "another directory"
        case .noWorld(let reason):
            "this kernel makes no network around a lab (\(reason)): boot the lab without one"
        case .noPasta:
            "a lab with the machine's network needs pasta: install the package passt"
        case .noCage(let reason):
            "this machine cages no lab (\(reason)): what is not trusted cannot be run here; allow "
                + "that, or trust it"
        case .notInCage(let what):
            "a caged lab has \(what) of the machine: leave that out, or trust what runs in it"
        case .stepFailed(let step, let reason):
            "the lab could not be set up: \(step): \(reason)"
        case .endedDuringBoot(let name):
            "the systemd of lab '\(name)' ended before it was up: see whether it boots on another root"
        case .bootTooSlow(let name, let deadline, let units) where units.isEmpty:
            "lab '\(name)' was not up within \(deadline): run it again when the machine has "
                + "less to do, or look for what hangs in its root"
        case .bootTooSlow(let name, let deadline, let units):
            "lab '\(name)' was not up within \(deadline), it waits for "
                + "\(units.joined(separator: ", ")): run it again when the "
                + "machine has less to do, or disable these in its root"
        case .endTooSlow(let name):
            "lab '\(name)' does not go away: look for processes that cannot be killed in its cgroup"
        case .commandNotStarted(let command, let reason):
            "'\(command)' could not be started in the lab: \(reason)"
        case .commandTooSlow(let command, let deadline):
            "'\(command)' did not end within \(deadline) and was killed: allow more time"
        case .cancelled:
            "cancelled before the lab had done what was asked"
        }
    }
}
