import TemperTesting
import Testing

@testable import Hardening

@Suite("Exposure") struct ExposureTests {
    let catalogue = Catalogue.standard
    let dialect = Dialect.withSmallGroups

    @Test("every test of systemd's table is there with its weight and range")
    func table() {
        let expected = ExposureTests.systemd.split(separator: "\n").map(String.init).sorted()
        let ours = Assessment.table.map { "\($0.id) \($0.weight) \($0.range)" }.sorted()
        #expect(ours.count == 81)
        #expect(ours == expected)
    }

    @Test("each test has a name of its own in policies, and restrictions that pass it")
    func policyFields() {
        let dialect = Dialect(version: 262, calls: [:])
        let tests = HardeningSubject(Sandbox(), dialect: dialect).tests
        #expect(Set(tests.map(\.test)).count == 81)
        for name in [
            "UserOrDynamicUser", "RootDirectoryOrRootImage", "PrivateNetwork",
            "CapabilityBoundingSet_CAP_SYS_ADMIN", "CapabilityBoundingSet_CAP_SET_UID_GID_PCAP",
            "CapabilityBoundingSet_CAP_CHOWN_FSETID_SETFCAP",
            "CapabilityBoundingSet_CAP_NET_BIND_SERVICE_BROADCAST_RAW)",
            "RestrictNamespaces_user", "RestrictAddressFamilies_AF_INET_INET6",
            "RestrictAddressFamilies_OTHER", "SystemCallFilter_cpu_emulation",
        ] {
            #expect(tests.contains { $0.test == name }, "\(name)")
        }
        func restrictions(_ name: String) -> Set<String>? {
            tests.first { $0.test == name }?.subject?.restrictions
        }
        for test in tests where test.test != "RootDirectoryOrRootImage" {
            #expect(restrictions(test.test)?.isEmpty == false, "\(test.test)")
        }
        #expect(restrictions("RootDirectoryOrRootImage") == nil)
        #expect(restrictions("RestrictNamespaces_user") == ["RestrictNamespaces=~user"])
        #expect(restrictions("SystemCallFilter_mount") == ["SystemCallFilter=~@mount"])
        #expect(
            restrictions("CapabilityBoundingSet_CAP_MAC")
                == [
                    "CapabilityBoundingSet=~CAP_MAC_ADMIN",
                    "CapabilityBoundingSet=~CAP_MAC_OVERRIDE",
                ])
        #expect(
            restrictions("SystemCallFilter_privileged")?.contains("SystemCallFilter=~@privileged")
                == true)
        #expect(
            restrictions("SystemCallFilter_resources")?.contains("SystemCallFilter=~@mount")
                == false)
    }

    @Test("weights add up to 56160 for a service of root and to 56460 for others")
    func sums() {
        let root = AnalyzedSandbox(Sandbox(), dialect)
        let other = AnalyzedSandbox(Sandbox(["User": .word("daemon")]), dialect)
        func sum(_ seen: AnalyzedSandbox) -> UInt64 {
            Assessment.table.filter { $0.badness(seen) != nil }.reduce(0) { $0 + $1.weight }
        }
        #expect(sum(root) == 56160)
        #expect(sum(other) == 56460)
    }

    @Test("a service with nothing set is at 9.6 UNSAFE")
    func bare() {
        let exposure = Exposure(of: Sandbox(), dialect: dialect)
        #expect(exposure.description == "9.6")
        #expect(exposure.label == "UNSAFE")
    }

    @Test("with everything on it is at 0.5 for root and at 0.2 for others")
    func everything() {
        let all = Profile(catalogue.restrictions.map(\.id), in: catalogue)
        for (user, lowest) in [("root", "0.5"), ("daemon", "0.2")] {
            let sandbox = Sandbox(["User": .word(user)])
            var taken = all.restrictions
            taken.remove("DynamicUser=yes")
            let exposure = HardeningSubject(sandbox, dialect: dialect).exposure(
                of: Profile(recorded: taken))
            #expect(exposure.description == lowest)
        }
    }

    @Test("a tighter profile of a bare service is never more exposed")
    func monotone() {
        var generator = SplitMix64(seed: 1)
        for _ in 0..<150 {
            let lower = Profile.random(
                of: catalogue.restrictions, in: catalogue, using: &generator)
            let upper = lower.join(
                .random(of: catalogue.restrictions, in: catalogue, using: &generator))
            let bare = HardeningSubject(Sandbox(), dialect: dialect)
            #expect(bare.exposure(of: upper) <= bare.exposure(of: lower))
        }
    }

    @Test(
        "systemd's words for a number",
        arguments: [
            (100, "DANGEROUS"), (99, "UNSAFE"), (90, "UNSAFE"), (89, "EXPOSED"), (75, "EXPOSED"),
            (74, "MEDIUM"), (50, "MEDIUM"), (49, "OK"), (10, "OK"), (9, "SAFE"), (1, "SAFE"),
            (0, "PERFECT"),
        ])
    func labels(_ tenths: Int, _ label: String) {
        #expect(Exposure(tenths: tenths).label == label)
    }

    /// Test, weight and range, from src/analyze/analyze-security.c (systemd 252 to 262).
    private static let systemd = """
        User 2000 10
        SupplementaryGroups 200 1
        PrivateDevices 1000 1
        PrivateMounts 1000 1
        PrivateNetwork 2500 1
        PrivateTmp 1000 1
        PrivateUsers 1000 1
        ProtectControlGroups 1000 1
        ProtectKernelModules 1000 1
        ProtectKernelTunables 1000 1
        ProtectKernelLogs 1000 1
        ProtectClock 1000 1
        ProtectHome 1000 10
        ProtectHostname 50 1
        ProtectSystem 1000 10
        RootDirectory/RootImage 200 1
        LockPersonality 100 1
        MemoryDenyWriteExecute 100 1
        NoNewPrivileges 1000 1
        CapabilityBoundingSet=~SYS_ADMIN 1500 1
        CapabilityBoundingSet=~SETUID|SETGID|SETPCAP 1500 1
        CapabilityBoundingSet=~SYS_PTRACE 1500 1
        CapabilityBoundingSet=~SYS_TIME 1000 1
        CapabilityBoundingSet=~NET_ADMIN 1000 1
        CapabilityBoundingSet=~SYS_RAWIO 1000 1
        CapabilityBoundingSet=~SYS_MODULE 1000 1
        CapabilityBoundingSet=~AUDIT_CONTROL|AUDIT_READ|AUDIT_WRITE 500 1
        CapabilityBoundingSet=~SYSLOG 500 1
        CapabilityBoundingSet=~SYS_NICE|SYS_RESOURCE 500 1
        CapabilityBoundingSet=~MKNOD 500 1
        CapabilityBoundingSet=~CHOWN|FSETID|SETFCAP 1000 1
        CapabilityBoundingSet=~DAC_OVERRIDE|DAC_READ_SEARCH|FOWNER|IPC_OWNER 1000 1
        CapabilityBoundingSet=~KILL 500 1
        CapabilityBoundingSet=~NET_BIND_SERVICE|NET_BROADCAST|NET_RAW 500 1
        CapabilityBoundingSet=~SYS_BOOT 100 1
        CapabilityBoundingSet=~MAC_ADMIN|MAC_OVERRIDE 100 1
        CapabilityBoundingSet=~LINUX_IMMUTABLE 75 1
        CapabilityBoundingSet=~IPC_LOCK 50 1
        CapabilityBoundingSet=~SYS_CHROOT 50 1
        CapabilityBoundingSet=~BLOCK_SUSPEND 25 1
        CapabilityBoundingSet=~WAKE_ALARM 25 1
        CapabilityBoundingSet=~LEASE 25 1
        CapabilityBoundingSet=~SYS_TTY_CONFIG 25 1
        CapabilityBoundingSet=~SYS_PACCT 25 1
        CapabilityBoundingSet=~BPF 25 1
        UMask 100 10
        KeyringMode 1000 1
        ProtectProc 1000 3
        ProcSubset 10 1
        NotifyAccess 1000 1
        RemoveIPC 100 1
        Delegate 100 1
        RestrictRealtime 500 1
        RestrictSUIDSGID 1000 1
        RestrictNamespaces=~user 1500 1
        RestrictNamespaces=~mnt 500 1
        RestrictNamespaces=~ipc 500 1
        RestrictNamespaces=~pid 500 1
        RestrictNamespaces=~cgroup 500 1
        RestrictNamespaces=~net 500 1
        RestrictNamespaces=~uts 100 1
        RestrictAddressFamilies=~inet 1500 1
        RestrictAddressFamilies=~unix 25 1
        RestrictAddressFamilies=~netlink 200 1
        RestrictAddressFamilies=~packet 1000 1
        RestrictAddressFamilies=~other 1250 1
        SystemCallArchitectures 1000 10
        SystemCallFilter=~@swap 1000 10
        SystemCallFilter=~@obsolete 250 10
        SystemCallFilter=~@clock 1000 10
        SystemCallFilter=~@cpu-emulation 250 10
        SystemCallFilter=~@debug 1000 10
        SystemCallFilter=~@mount 1000 10
        SystemCallFilter=~@module 1000 10
        SystemCallFilter=~@raw-io 1000 10
        SystemCallFilter=~@reboot 1000 10
        SystemCallFilter=~@privileged 700 10
        SystemCallFilter=~@resources 700 10
        IPAddressDeny 1000 10
        DeviceAllow 1000 10
        AmbientCapabilities 500 1
        """
}
