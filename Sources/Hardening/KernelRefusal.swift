/// How the kernel refuses what a directive takes away. The errors are those measured for each
/// directive on systemd 252, 257 and 262.
enum KernelRefusal: Hashable, Sendable {
    /// EPERM to a system call, by a filter of the directive's own.
    case call(String)
    /// A capability is lacking, whichever it is.
    case anyCapability
    /// EPERM to opening a device node.
    case device
    /// EACCES to mapping memory that is executable, or to running a program.
    case code, program
    /// ENOENT to looking for an object of another process by its key.
    case foreignObject
    /// EINVAL to becoming a user or a group that has no number here.
    case foreignUser
    /// ENOSYS to openat2(2), which the filter cannot look into.
    case modernOpen
    /// EAFNOSUPPORT to a family that is not known.
    case someFamily
    /// EADDRNOTAVAIL or ENETUNREACH.
    case network

    // A path is not there, or may not be opened.
    case hiddenHome, hiddenKernelLog, hiddenDevice, hiddenTemporary, hiddenTunable, hiddenModules
    case hiddenProcess
    /// What /proc tells besides processes, such as /proc/meminfo.
    case hiddenKernelFile

    /// A socket is closed, by that of `InaccessiblePaths=`.
    case closedSocket(of: String)

    // A path is read-only.
    case readOnlyHome, readOnlyControlGroup, readOnlyTunable, readOnlySystem, readOnlyConfiguration
    case readOnlyData
    /// By that of `ReadOnlyPaths=`, besides.
    case readOnlyOrders(of: String)
    /// Which is not known.
    case readOnlySomewhere

    /// Who hides a path, or forbids to open it; nil where nothing does.
    static func hiding(_ path: String) -> KernelRefusal? {
        func isBelow(_ places: String...) -> Bool { places.contains(where: path.hasPrefix) }
        if isBelow("/home", "/root", "/run/user") { return .hiddenHome }
        if isBelow("/dev/kmsg", "/proc/kmsg") { return .hiddenKernelLog }
        if isBelow("/usr/lib/modules", "/lib/modules") { return .hiddenModules }
        if isBelow("/dev/") { return .hiddenDevice }
        if isBelow("/tmp/", "/var/tmp/") { return .hiddenTemporary }
        if isBelow("/proc/sys/", "/sys/") { return .hiddenTunable }
        // Nothing hides a process from itself.
        if isBelow("/proc/self", "/proc/thread-self") { return nil }
        if isBelow("/proc/") { return isOfProcess(path) ? .hiddenProcess : .hiddenKernelFile }
        return nil
    }

    /// Whether a path leads through the directory of a process, by its number.
    static func isOfProcess(_ path: String) -> Bool {
        path.hasPrefix("/proc/") && path.dropFirst("/proc/".count).first?.isNumber == true
    }

    /// Who makes a path read-only.
    static func protecting(_ path: String?) -> KernelRefusal {
        guard let path else { return .readOnlySomewhere }
        func isBelow(_ places: String...) -> Bool { places.contains(where: path.hasPrefix) }
        // Below a working directory that is not known, which may be a home.
        if !path.hasPrefix("/") || isBelow("/home/", "/root/", "/run/user/") {
            return .readOnlyHome
        }
        if isBelow("/sys/fs/cgroup") { return .readOnlyControlGroup }
        if isBelow("/proc/", "/sys/") { return .readOnlyTunable }
        if isBelow("/usr/", "/boot/", "/efi/", "/bin/", "/sbin/", "/lib") { return .readOnlySystem }
        return isBelow("/etc/") ? .readOnlyConfiguration : .readOnlyData
    }

    /// Whom a path points at that is read-only.
    static func suspects(protecting path: String?) -> Set<String> {
        protecting(path).suspects.union(path.flatMap(Catalogue.orders)?.suspects ?? [])
    }

    /// Restrictions by their id, or all of a directive by its name.
    var suspects: Set<String> { KernelRefusal.suspects[self] ?? [] }

    private static let suspects: [KernelRefusal: Set<String>] = {
        var index: [KernelRefusal: Set<String>] = [:]
        for row in Catalogue.standard.directives {
            for refusal in row.refusals { index[refusal, default: []].insert(row.name) }
            for restriction in row.restrictions {
                for refusal in restriction.refusals {
                    index[refusal, default: []].insert(restriction.id)
                }
            }
        }
        return index
    }()
}
