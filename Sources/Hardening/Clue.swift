/// What a line of a failing service's log points at. A suspicion that saves trials, never a proof:
/// programs word their errors freely.
public struct Clue: Hashable, Sendable {
    /// Words that must all occur in the line, in lower case.
    let words: [String]
    /// Restrictions by their id, or all of a directive by its name.
    public let suspects: Set<String>

    private init(_ words: String..., suspects: Set<String>) {
        self.words = words
        self.suspects = suspects
    }

    /// The suspects that the first fitting clue names; empty where none fits.
    public static func suspects(inLine line: String) -> Set<String> {
        let line = line.lowercased()
        return table.first { clue in clue.words.allSatisfy(line.contains) }?.suspects ?? []
    }

    /// The errors that a restriction gives (measured on systemd 252, 257 and 262), in the words of
    /// strerror(3), with the call that programs name beside them. The more particular come first.
    private static let table: [Clue] = [
        Clue("address family not supported", suspects: ["RestrictAddressFamilies"]),
        Clue("bind", "permission denied", suspects: lowPort),
        Clue("bind", "not permitted", suspects: ["SocketBindDeny=any"]),
        Clue("chown", "not permitted", suspects: owner), Clue("chown", "denied", suspects: owner),
        Clue("setgroups", "not permitted", suspects: group),
        Clue("initgroups", "not permitted", suspects: group),
        Clue("setgid", "not permitted", suspects: group),
        Clue("setresgid", "not permitted", suspects: group),
        Clue("setuid", "not permitted", suspects: user),
        Clue("setresuid", "not permitted", suspects: user),
        Clue("setpcap", "not permitted", suspects: ["CapabilityBoundingSet=~CAP_SETPCAP"]),
        Clue("chroot", "not permitted", suspects: chroot),
        Clue("mlock", "not permitted", suspects: memory),
        Clue("mlock", "cannot allocate", suspects: memory),
        Clue("rlimit", "not permitted", suspects: limits),
        Clue("setpriority", suspects: limits),
        Clue("personality", "not permitted", suspects: ["LockPersonality=yes"]),
        Clue("read-only file system", suspects: readOnly),
        Clue("mmap", "denied", suspects: ["MemoryDenyWriteExecute=yes", "NoExecPaths=writable"]),
        Clue("mprotect", suspects: ["MemoryDenyWriteExecute=yes"]),
        Clue("/dev/", "not permitted", suspects: ["DevicePolicy", "PrivateDevices"]),
        Clue("/dev/", "no such file", suspects: ["PrivateDevices"]),
        Clue("/home", suspects: ["ProtectHome"]), Clue("/root", suspects: ["ProtectHome"]),
        Clue("/proc/", "no such file", suspects: ["ProcSubset", "ProtectProc"]),
        Clue("/tmp", "no such file", suspects: ["PrivateTmp"]),
        Clue("open", "permission denied", suspects: access),
        Clue("permission denied", suspects: access),
    ]

    private static let lowPort: Set<String> = [
        "CapabilityBoundingSet=~CAP_NET_BIND_SERVICE", "PrivateUsers",
    ]
    private static let owner: Set<String> = [
        "CapabilityBoundingSet=~CAP_CHOWN", "SystemCallFilter=~@chown",
        "SystemCallFilter=~@privileged", "PrivateUsers",
    ]
    private static let group: Set<String> = [
        "CapabilityBoundingSet=~CAP_SETGID", "SystemCallFilter=~@setuid",
        "SystemCallFilter=~@privileged", "PrivateUsers",
    ]
    private static let user: Set<String> = [
        "CapabilityBoundingSet=~CAP_SETUID", "SystemCallFilter=~@setuid",
        "SystemCallFilter=~@privileged", "PrivateUsers",
    ]
    private static let chroot: Set<String> = [
        "CapabilityBoundingSet=~CAP_SYS_CHROOT", "SystemCallFilter=~@mount",
        "SystemCallFilter=~@privileged",
    ]
    private static let memory: Set<String> = [
        "CapabilityBoundingSet=~CAP_IPC_LOCK", "SystemCallFilter=~@memlock",
    ]
    private static let limits: Set<String> = [
        "CapabilityBoundingSet=~CAP_SYS_RESOURCE", "CapabilityBoundingSet=~CAP_SYS_NICE",
        "SystemCallFilter=~@resources",
    ]
    private static let readOnly: Set<String> = [
        "ProtectSystem", "ProtectHome=read-only", "ProtectKernelTunables",
        "ProtectControlGroups",
    ]
    private static let access: Set<String> = [
        "CapabilityBoundingSet=~CAP_DAC_OVERRIDE", "CapabilityBoundingSet=~CAP_DAC_READ_SEARCH",
        "ProtectHome=yes", "PrivateUsers",
    ]
}
