// The table of `systemd-analyze security`, the same in systemd 252, 254, 257 and 262.

extension Assessment {
    static let table: [Assessment] =
        identityTests + flagTests + ladderTests + capabilityTests + namespaceTests + familyTests
        + callTests + listTests

    private static func flag(
        _ id: String, _ weight: UInt64, _ isGood: @escaping @Sendable (AnalyzedSandbox) -> Bool
    ) -> Assessment {
        Assessment(id: id, weight: weight, range: 1) { isGood($0) ? 0 : 1 }
    }

    private static let identityTests: [Assessment] = [
        Assessment(id: "User", weight: 2000, range: 10) { seen in
            if seen.isPrivileged { return 10 }
            return seen.user == "nobody" ? 9 : 0
        },
        Assessment(id: "SupplementaryGroups", weight: 200, range: 1) { seen in
            if seen.isPrivileged { return nil }
            return seen.sandbox.list("SupplementaryGroups").isEmpty ? 0 : 1
        },
        Assessment(id: "RemoveIPC", weight: 100, range: 1) { seen in
            if seen.isPrivileged { return nil }
            return seen.sandbox.flag("RemoveIPC") ? 0 : 1
        },
        flag("RootDirectory/RootImage", 200) { seen in
            !seen.rootTree("RootDirectory").isEmpty || !seen.rootTree("RootImage").isEmpty
        }.onlyWithDefaultDependencies,
    ]

    private static let flagTests: [Assessment] =
        [
            ("PrivateDevices", 1000), ("ProtectKernelModules", 1000),
            ("ProtectKernelTunables", 1000), ("ProtectKernelLogs", 1000), ("ProtectClock", 1000),
            ("LockPersonality", 100), ("MemoryDenyWriteExecute", 100), ("NoNewPrivileges", 1000),
            ("RestrictRealtime", 500), ("RestrictSUIDSGID", 1000),
        ].map { name, weight in flag(name, weight) { $0.sandbox.flag(name) } }
        + [
            ("PrivateNetwork", 2500), ("PrivateUsers", 1000), ("ProtectControlGroups", 1000),
            ("ProtectHostname", 50),
        ].map { name, weight in flag(name, weight) { $0.isOn(name) } }
        + [
            flag("PrivateMounts", 1000) { $0.hasMounts },
            flag("PrivateTmp", 1000) { $0.isOn("PrivateTmp") }.onlyWithDefaultDependencies,
            flag("Delegate", 100) { !$0.sandbox.flag("Delegate") },
            flag("KeyringMode", 1000) {
                $0.sandbox.word("KeyringMode", default: "private") == "private"
            },
            flag("NotifyAccess", 1000) {
                $0.sandbox.word("NotifyAccess", default: "none") != "all"
            },
            flag("AmbientCapabilities", 500) {
                $0.sandbox.mask("AmbientCapabilities", default: .max) == 0
                    || $0.sandbox["AmbientCapabilities"] == nil
            },
        ]

    private static func ladder(
        _ name: String, _ weight: UInt64, range: UInt64, default unset: String,
        _ badness: [String: UInt64]
    ) -> Assessment {
        Assessment(id: name, weight: weight, range: range) {
            badness[$0.sandbox.word(name, default: unset)] ?? range
        }
    }

    private static let ladderTests: [Assessment] = [
        ladder(
            "ProtectHome", 1000, range: 10, default: "no",
            ["no": 10, "read-only": 5, "tmpfs": 1, "yes": 0]
        ).onlyWithDefaultDependencies,
        ladder(
            "ProtectSystem", 1000, range: 10, default: "no",
            ["no": 10, "yes": 5, "full": 3, "strict": 0]
        ).onlyWithDefaultDependencies,
        ladder(
            "ProtectProc", 1000, range: 3, default: "default",
            ["default": 3, "noaccess": 1, "invisible": 0, "ptraceable": 0]),
        ladder("ProcSubset", 10, range: 1, default: "all", ["all": 1, "pid": 0]),
        Assessment(id: "UMask", weight: 100, range: 10) { seen in
            var mode: UInt32 = 0o022
            if case .mode(let set) = seen.sandbox["UMask"] { mode = set }
            if mode & 0o002 == 0 { return 10 }
            if mode & 0o004 == 0 { return 5 }
            if mode & 0o020 == 0 { return 2 }
            return mode & 0o040 == 0 ? 1 : 0
        },
    ]

    private static let capabilityTests: [Assessment] = [
        (["SYS_ADMIN"], 1500), (["SETUID", "SETGID", "SETPCAP"], 1500), (["SYS_PTRACE"], 1500),
        (["SYS_TIME"], 1000), (["NET_ADMIN"], 1000), (["SYS_RAWIO"], 1000),
        (["SYS_MODULE"], 1000), (["AUDIT_CONTROL", "AUDIT_READ", "AUDIT_WRITE"], 500),
        (["SYSLOG"], 500), (["SYS_NICE", "SYS_RESOURCE"], 500), (["MKNOD"], 500),
        (["CHOWN", "FSETID", "SETFCAP"], 1000),
        (["DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "IPC_OWNER"], 1000), (["KILL"], 500),
        (["NET_BIND_SERVICE", "NET_BROADCAST", "NET_RAW"], 500), (["SYS_BOOT"], 100),
        (["MAC_ADMIN", "MAC_OVERRIDE"], 100), (["LINUX_IMMUTABLE"], 75), (["IPC_LOCK"], 50),
        (["SYS_CHROOT"], 50), (["BLOCK_SUSPEND"], 25), (["WAKE_ALARM"], 25), (["LEASE"], 25),
        (["SYS_TTY_CONFIG"], 25), (["SYS_PACCT"], 25), (["BPF"], 25),
    ].map { (names: [String], weight: UInt64) in
        let mask = Capability.mask(names.map { "CAP_\($0)" })
        return flag("CapabilityBoundingSet=~\(names.joined(separator: "|"))", weight) {
            $0.capabilities & mask == 0
        }
    }

    private static let namespaceTests: [Assessment] = [
        ("user", 1500), ("mnt", 500), ("ipc", 500), ("pid", 500), ("cgroup", 500), ("net", 500),
        ("uts", 100),
    ].map { (name: String, weight: UInt64) in
        let bit = NamespaceType.bit(name)
        return flag("RestrictNamespaces=~\(name)", weight) { $0.namespaces & bit == 0 }
    }

    private static let familyTests: [Assessment] = [
        ("inet", 1500), ("unix", 25), ("netlink", 200), ("packet", 1000), ("other", 1250),
    ].map { (name: String, weight: UInt64) in
        flag("RestrictAddressFamilies=~\(name)", weight) { !$0.canUse(family: name) }
    }

    private static let callTests: [Assessment] = [
        ("@swap", 1000), ("@obsolete", 250), ("@clock", 1000), ("@cpu-emulation", 250),
        ("@debug", 1000), ("@mount", 1000), ("@module", 1000), ("@raw-io", 1000),
        ("@reboot", 1000), ("@privileged", 700), ("@resources", 700),
    ].map { (group: String, weight: UInt64) in
        Assessment(id: "SystemCallFilter=~\(group)", weight: weight, range: 10) {
            $0.callBadness(group)
        }
    }

    private static let listTests: [Assessment] = [
        Assessment(id: "SystemCallArchitectures", weight: 1000, range: 10) { seen in
            let names = seen.sandbox.list("SystemCallArchitectures")
            return names.isEmpty ? 10 : names == ["native"] ? 0 : 8
        },
        Assessment(id: "IPAddressDeny", weight: 1000, range: 10) { seen in
            let sandbox = seen.sandbox
            if !sandbox.list("IPIngressFilterPath").isEmpty { return 0 }
            if !sandbox.list("IPEgressFilterPath").isEmpty { return 0 }
            guard Set(AddressPrefix.any).isSubset(of: sandbox.prefixes("IPAddressDeny")) else {
                return 10
            }
            let allowed = sandbox.prefixes("IPAddressAllow")
            if allowed.isEmpty { return 0 }
            return Set(allowed).isSubset(of: AddressPrefix.localhost) ? 2 : 5
        },
        Assessment(id: "DeviceAllow", weight: 1000, range: 10) { seen in
            if seen.sandbox.word("DevicePolicy", default: "auto") == "auto" { return 10 }
            return seen.sandbox.list("DeviceAllow").isEmpty ? 0 : 5
        },
    ]

    /// Tests that are left out for units with `DefaultDependencies=no`.
    private var onlyWithDefaultDependencies: Assessment {
        Assessment(id: id, weight: weight, range: range) { [badness] seen in
            seen.sandbox["DefaultDependencies"] == .flag(false) ? nil : badness(seen)
        }
    }
}
