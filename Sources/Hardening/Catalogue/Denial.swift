/// What can no longer be done in a sandbox, in words for those whose work runs in it and who never
/// chose it.
public struct Denial: Hashable, Sendable {
    /// `setting the clock`
    public let what: String
    /// The restrictions that each deny it.
    public let restrictions: [String]
}

extension Catalogue {
    /// What a profile denies, each once, in the order of the catalogue.
    public func denials(under profile: Profile) -> [Denial] {
        let taken = strictest(of: profile)
        let mounting = taken.filter { restriction in
            directive(restriction.directive)?.mechanisms.contains(.mountNamespace) == true
        }
        let pairs =
            mounting.map { (Denial.mounts, $0.id) }
            + taken.compactMap { restriction in
                directive(restriction.directive)?.denial(by: restriction).map {
                    ($0, restriction.id)
                }
            }
        var order: [String] = []
        var restrictions: [String: [String]] = [:]
        for (what, id) in pairs where restrictions[what]?.contains(id) != true {
            if restrictions[what] == nil { order.append(what) }
            restrictions[what, default: []].append(id)
        }
        return order.map { Denial(what: $0, restrictions: restrictions[$0] ?? []) }
    }
}

extension Directive {
    /// What one of its restrictions denies; nil where nothing is known that would miss it.
    func denial(by restriction: Restriction) -> String? {
        if let words = Denial.words[restriction.id] { return words }
        if case .withdraw(let exceptions) = restriction.change {
            return exceptions.map(\.text).joined(separator: " ").replacing("=-", with: "=")
        }
        return breaks.hasPrefix("nothing") ? nil : breaks
    }
}

extension Denial {
    /// Of whatever has a mount namespace of its own.
    static let mounts = "mounts that everybody sees"

    /// What restrictions deny of which the directive is a list (capabilities(7),
    /// address_families(7), `systemd-analyze syscall-filter`). What is denied in several ways has the
    /// same words.
    static let words: [String: String] = {
        var words: [String: String] = [:]
        for (name, what) in capabilities { words["CapabilityBoundingSet=~CAP_\(name)"] = what }
        for (name, what) in calls { words["SystemCallFilter=~@\(name)"] = what }
        for (name, what) in families { words["RestrictAddressFamilies=~\(name)"] = what }
        words["SystemCallFilter=~userfaultfd"] = "handling page faults by itself"
        words["SystemCallFilter=@system-service"] = "system calls that services seldom make"
        words["ProtectKernelModules=yes"] = modules
        words["ProtectClock=yes"] = clock
        words["ProtectKernelLogs=yes"] = kernelLog
        words["ProtectHostname=yes"] = "setting the host name"
        words["PrivateMounts=yes"] = mounts
        for id in ["PrivateDevices=yes", "DevicePolicy=closed", "DevicePolicy=strict"] {
            words[id] = "opening real devices: GPUs, serial ports, sound, disks, /dev/net/tun"
        }
        return words
    }()

    private static let clock = "setting the clock"
    private static let modules = "loading kernel modules"
    private static let kernelLog = "the kernel's log (dmesg)"
    private static let owners = "changing the owner of files"
    private static let users = "becoming other users"
    private static let processes = "looking into other processes (debuggers, strace)"
    private static let devices = "raw access to devices and memory"
    private static let reboot = "rebooting"
    private static let memory = "locking memory"
    private static let limits = "raising limits and priorities"

    private static let capabilities = [
        "CHOWN": owners, "DAC_OVERRIDE": "root's access to files against their modes",
        "DAC_READ_SEARCH": "root's access to files against their modes",
        "FOWNER": "changing modes of other users' files",
        "FSETID": "keeping set-user-ID bits of files that are written to",
        "KILL": "signals to processes of other users", "SETGID": users, "SETUID": users,
        "SETPCAP": "changing capabilities", "LINUX_IMMUTABLE": "immutable files (chattr)",
        "NET_BIND_SERVICE": "listening on ports below 1024",
        "NET_ADMIN": "setting addresses, routes and the firewall",
        "NET_RAW": "raw sockets (ping, tcpdump)", "IPC_LOCK": memory,
        "IPC_OWNER": "shared memory of other users", "SYS_MODULE": modules, "SYS_RAWIO": devices,
        "SYS_CHROOT": "chroot", "SYS_PTRACE": processes, "SYS_PACCT": "process accounting",
        "SYS_ADMIN": "mounting, quotas and other administration of the machine",
        "SYS_BOOT": reboot, "SYS_NICE": limits, "SYS_RESOURCE": limits, "SYS_TIME": clock,
        "SYS_TTY_CONFIG": "setting up virtual terminals", "MKNOD": "making device nodes",
        "LEASE": "leases on files", "AUDIT_WRITE": "writing to the audit log",
        "AUDIT_CONTROL": "setting up the audit log", "AUDIT_READ": "reading the audit log",
        "SETFCAP": "giving capabilities to files",
        "MAC_OVERRIDE": "changing mandatory access control",
        "MAC_ADMIN": "changing mandatory access control", "SYSLOG": kernelLog,
        "WAKE_ALARM": "waking the machine up", "BLOCK_SUSPEND": "keeping the machine awake",
        "PERFMON": "measuring the machine's performance (perf)", "BPF": "loading BPF programs",
        "NET_BROADCAST": "raw sockets (ping, tcpdump)",
        "CHECKPOINT_RESTORE": "checkpoints of processes",
    ]

    private static let calls = [
        "aio": "asynchronous input and output (databases)", "chown": owners, "clock": clock,
        "cpu-emulation": "emulation of old processors", "debug": processes,
        "ipc": "pipes and shared memory", "keyring": "the kernel's keyrings", "memlock": memory,
        "module": modules, "mount": mounts, "obsolete": "system calls of old programs",
        "pkey": "memory protection keys", "privileged": "most of what only root may do",
        "raw-io": devices, "reboot": reboot, "resources": limits,
        "sandbox": "sandboxes that programs make for themselves", "setuid": users,
        "swap": "adding swap", "sync": "waiting until data is on the disk",
        "timer": "timers and alarms",
    ]

    private static let families = [
        "AF_UNIX": "sockets of the machine (logs, look-ups of names, the bus)",
        "AF_INET": "IPv4", "AF_INET6": "IPv6",
        "AF_NETLINK": "seeing and setting addresses and routes",
        "AF_PACKET": "raw sockets (ping, tcpdump)",
    ].merging((AddressFamily.special + ["others"]).map { ($0, "sockets of rare kinds") }) {
        one, _ in one
    }
}
