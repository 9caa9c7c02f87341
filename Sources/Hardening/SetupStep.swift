/// A step of systemd's own preparation of a process; when it fails the process ends with this
/// exit status before the service's program ran (systemd.exec(5), "Process Exit Codes"; the
/// suspects were measured on systemd 252, 257 and 262).
public struct SetupStep: Hashable, Sendable {
    public let status: Int32
    /// As systemd names it: `NAMESPACE`.
    public let name: String
    /// The directives that can make this step fail.
    public let suspects: Set<String>

    public static func of(exitStatus: Int32) -> SetupStep? {
        table.first { $0.status == exitStatus }
    }

    private init(_ status: Int32, _ name: String, _ suspects: Set<String> = []) {
        self.status = status
        self.name = name
        self.suspects = suspects
    }

    /// Directives that give the service a mount namespace or another view of files.
    public static let mounts: Set<String> = [
        "ProtectSystem", "ProtectHome", "PrivateTmp", "PrivateMounts", "PrivateDevices",
        "NoExecPaths", "ProtectKernelTunables", "ProtectKernelModules", "ProtectKernelLogs",
        "ProtectControlGroups", "ProtectProc", "ProcSubset", "ProtectHostname", "PrivateIPC",
        "PrivatePIDs", "PrivateBPF", "PrivateNetwork", "DynamicUser", "ProtectClock",
    ]

    /// Directives that install a system call filter.
    public static let filters: Set<String> = [
        "SystemCallFilter", "SystemCallErrorNumber", "SystemCallArchitectures",
        "MemoryDenyWriteExecute", "RestrictRealtime", "RestrictSUIDSGID", "RestrictNamespaces",
        "ProtectKernelTunables", "ProtectKernelModules", "ProtectKernelLogs", "ProtectClock",
        "ProtectHostname", "PrivateDevices", "LockPersonality", "RestrictAddressFamilies",
        "DynamicUser",
    ]

    private static let identity: Set<String> = [
        "DynamicUser", "PrivateUsers", "SupplementaryGroups",
    ]

    private static let table: [SetupStep] = [
        SetupStep(200, "CHDIR", ["ProtectHome", "DynamicUser"]),
        SetupStep(201, "NICE"), SetupStep(202, "FDS"),
        SetupStep(203, "EXEC", mounts.union(["CapabilityBoundingSet"]).union(filters)),
        SetupStep(204, "MEMORY"), SetupStep(205, "LIMITS"), SetupStep(206, "OOM_ADJUST"),
        SetupStep(207, "SIGNAL_MASK"),
        SetupStep(208, "STDIN", ["DevicePolicy", "PrivateDevices"]),
        SetupStep(209, "STDOUT", ["DevicePolicy", "PrivateDevices", "ProtectSystem"]),
        SetupStep(210, "CHROOT"), SetupStep(211, "IOPRIO"), SetupStep(212, "TIMERSLACK"),
        SetupStep(213, "SECUREBITS"), SetupStep(214, "SETSCHEDULER", ["RestrictRealtime"]),
        SetupStep(215, "CPUAFFINITY"), SetupStep(216, "GROUP", identity),
        SetupStep(217, "USER", identity),
        SetupStep(
            218, "CAPABILITIES",
            [
                "CapabilityBoundingSet", "AmbientCapabilities", "SystemCallFilter", "PrivateUsers",
            ]),
        SetupStep(219, "CGROUP", ["Delegate"]), SetupStep(220, "SETSID"),
        SetupStep(221, "CONFIRM"),
        SetupStep(222, "STDERR", ["DevicePolicy", "PrivateDevices", "ProtectSystem"]),
        SetupStep(224, "PAM", filters.union(identity)),
        SetupStep(225, "NETWORK", ["PrivateNetwork"]), SetupStep(226, "NAMESPACE", mounts),
        SetupStep(227, "NO_NEW_PRIVILEGES", ["NoNewPrivileges"]),
        SetupStep(228, "SECCOMP", filters), SetupStep(229, "SELINUX_CONTEXT"),
        SetupStep(230, "PERSONALITY"), SetupStep(231, "APPARMOR_PROFILE"),
        SetupStep(232, "ADDRESS_FAMILIES", ["RestrictAddressFamilies"]),
        SetupStep(233, "RUNTIME_DIRECTORY", identity), SetupStep(235, "CHOWN", identity),
        SetupStep(236, "SMACK_PROCESS_LABEL"), SetupStep(237, "KEYRING", ["KeyringMode"]),
        SetupStep(238, "STATE_DIRECTORY", identity), SetupStep(239, "CACHE_DIRECTORY", identity),
        SetupStep(240, "LOGS_DIRECTORY", identity),
        SetupStep(241, "CONFIGURATION_DIRECTORY", identity), SetupStep(242, "NUMA_POLICY"),
        SetupStep(243, "CREDENTIALS"),
        SetupStep(244, "BPF", ["RestrictFileSystems", "PrivateBPF"]),
        SetupStep(245, "KSM", ["MemoryKSM"]), SetupStep(246, "MEMORY_THP"),
    ]
}
