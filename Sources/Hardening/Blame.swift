/// Whom something seen in a failing trial points at. It saves trials and never proves anything.
public struct Blame: Hashable, Sendable {
    /// Restrictions by their id, or all of a directive by its name: one of these is to blame.
    public let suspects: Set<String>
    /// What would have to be in force besides, as a filter that kills needs both its group and
    /// the killing.
    public let companions: Set<String>
    /// 0...1
    public let confidence: Double

    public init(_ suspects: Set<String>, with companions: Set<String> = [], confidence: Double) {
        self.suspects = suspects
        self.companions = companions
        self.confidence = confidence
    }
}

extension KernelRequest {
    /// What this refusal points at; nil when nothing of the catalogue refuses like that.
    ///
    /// The errors are those measured for each directive on systemd 252, 257 and 262.
    public func blame(in dialect: Dialect) -> Blame? {
        guard isRefused else { return nil }
        switch subject {
        case .killed(let call):
            return Blame(
                Self.filters(of: call, in: dialect), with: ["SystemCallErrorNumber=kill"],
                confidence: 0.95)
        case .capability(let name): return Blame(Self.droppers(of: name), confidence: 0.3)
        case .call(let name):
            let suspects = suspects(call: name, in: dialect)
            return suspects.isEmpty
                ? nil : Blame(suspects, confidence: error == Self.noEntry ? 0.4 : 0.9)
        }
    }

    private func suspects(call: String, in dialect: Dialect) -> Set<String> {
        switch error {
        case Self.notPermitted:
            if !lacking.isEmpty { return lackingDroppers }
            if let path, path.hasPrefix("/dev/"), call.hasPrefix("open") {
                return ["DevicePolicy", "PrivateDevices", "DeviceAllow"]
            }
            return Self.filters(of: call, in: dialect)
                .union(namespaceTypes ?? Self.special(call))
                .union(call == "bind" ? ["SocketBindDeny"] : [])
        case Self.accessDenied:
            let places = path.map(Self.hiding) ?? []
            if !lacking.isEmpty { return lackingDroppers.union(places) }
            if call == "mmap" || call == "mprotect" {
                return ["MemoryDenyWriteExecute", "NoExecPaths"]
            }
            return call.hasPrefix("exec") ? ["NoExecPaths"] : places
        case Self.readOnly: return path.map(Self.protecting) ?? ["ProtectSystem"]
        case Self.noFamily:
            guard let family else { return ["RestrictAddressFamilies"] }
            return AddressFamily.named.contains(family)
                ? ["RestrictAddressFamilies=~\(family)"] : ["RestrictAddressFamilies=~others"]
        case Self.noEntry where Self.objects.contains(call): return ["PrivateIPC", "RemoveIPC"]
        case Self.invalid: return ["PrivateUsers", "DynamicUser"]
        case Self.noEntry, Self.noDevice, Self.noSuchAddress:
            return path.map(Self.hiding) ?? []
        case Self.noCall: return call == "openat2" ? ["RestrictSUIDSGID"] : []
        case Self.addressMissing, Self.unreachable: return ["PrivateNetwork", "IPAddressDeny"]
        default: return []
        }
    }

    /// Each type has a restriction of its own.
    private var namespaceTypes: Set<String>? {
        namespaces.map { Set($0.map { "RestrictNamespaces=~\($0)" }) }
    }

    private var lackingDroppers: Set<String> {
        lacking.reduce(into: []) { $0.formUnion(Self.droppers(of: $1)) }
    }
}

// MARK: - Who refuses what

extension KernelRequest {
    // errno(3), Linux on x86-64 and arm64.
    private static let notPermitted: Int32 = 1
    private static let noEntry: Int32 = 2
    private static let noDevice: Int32 = 19
    private static let noSuchAddress: Int32 = 6
    private static let accessDenied: Int32 = 13
    private static let readOnly: Int32 = 30
    private static let noCall: Int32 = 38
    private static let invalid: Int32 = 22
    private static let noFamily: Int32 = 97
    private static let addressMissing: Int32 = 99
    private static let unreachable: Int32 = 101

    /// The filters that deny a call, by their groups.
    private static func filters(of call: String, in dialect: Dialect) -> Set<String> {
        Set(
            dialect.calls.compactMap { group, calls in
                group == "@system-service"
                    ? (calls.contains(call) ? nil : "SystemCallFilter=@system-service")
                    : (calls.contains(call) ? "SystemCallFilter=~\(group)" : nil)
            })
    }

    /// Calls that look for an object of another process by its key.
    static let objects: Set<String> = ["msgget", "semget", "shmget", "mq_open"]

    /// Directives with a filter of their own.
    private static func special(_ call: String) -> Set<String> {
        switch call {
        case "unshare", "setns", "clone", "clone3": ["RestrictNamespaces"]
        case "sched_setscheduler", "sched_setattr": ["RestrictRealtime"]
        case "personality": ["LockPersonality"]
        case "mmap", "mprotect", "pkey_mprotect", "shmat": ["MemoryDenyWriteExecute"]
        case "chmod", "fchmod", "fchmodat", "mknod", "mkdir", "open", "openat", "creat":
            ["RestrictSUIDSGID"]
        case "sethostname", "setdomainname": ["ProtectHostname"]
        case "adjtimex", "clock_adjtime", "clock_settime", "settimeofday": ["ProtectClock"]
        case "syslog": ["ProtectKernelLogs"]
        case "init_module", "finit_module", "delete_module": ["ProtectKernelModules"]
        case "iopl", "ioperm": ["PrivateDevices"]
        case "bpf": ["PrivateBPF"]
        case "execve", "execveat": ["NoNewPrivileges"]
        case "setgroups": ["PrivateUsers"]
        default: []
        }
    }

    /// What takes a capability away.
    static func droppers(of capability: String) -> Set<String> {
        var droppers: Set = [
            "CapabilityBoundingSet=~\(capability)", "AmbientCapabilities", "PrivateUsers",
            "DynamicUser",
        ]
        switch capability {
        case "CAP_MKNOD", "CAP_SYS_RAWIO": droppers.insert("PrivateDevices")
        case "CAP_SYS_MODULE": droppers.insert("ProtectKernelModules")
        case "CAP_SYSLOG": droppers.insert("ProtectKernelLogs")
        case "CAP_SYS_TIME", "CAP_WAKE_ALARM": droppers.insert("ProtectClock")
        default: break
        }
        return droppers
    }

    /// What makes a path read-only.
    private static func protecting(_ path: String) -> Set<String> {
        func isBelow(_ places: String...) -> Bool { places.contains(where: path.hasPrefix) }
        // Below a working directory that is not known.
        if !path.hasPrefix("/") { return ["ProtectSystem", "ProtectHome"] }
        if isBelow("/home/", "/root/", "/run/user/") { return ["ProtectHome", "ProtectSystem"] }
        if isBelow("/sys/fs/cgroup") { return ["ProtectControlGroups"] }
        if isBelow("/proc/", "/sys/") { return ["ProtectKernelTunables"] }
        if isBelow("/usr/", "/boot/", "/efi/", "/bin/", "/sbin/", "/lib") {
            return ["ProtectSystem=yes"]
        }
        if isBelow("/etc/") { return ["ProtectSystem=full"] }
        return ["ProtectSystem=strict"]
    }

    /// What hides a path, or forbids to open it.
    static func hiding(_ path: String) -> Set<String> {
        func isBelow(_ places: String...) -> Bool { places.contains(where: path.hasPrefix) }
        if isBelow("/home", "/root", "/run/user") { return ["ProtectHome"] }
        if isBelow("/dev/kmsg", "/proc/kmsg") { return ["ProtectKernelLogs", "PrivateDevices"] }
        if isBelow("/dev/") { return ["PrivateDevices", "DevicePolicy"] }
        if isBelow("/tmp/", "/var/tmp/") { return ["PrivateTmp"] }
        if isBelow("/proc/sys/", "/sys/") {
            return ["ProcSubset", "ProtectKernelTunables", "PrivateNetwork"]
        }
        if isBelow("/proc/") { return ["ProcSubset", "ProtectProc", "PrivatePIDs"] }
        return []
    }
}
