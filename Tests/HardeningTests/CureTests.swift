import Testing

@testable import Hardening

@Suite("Cures") struct CureTests {
    private func facts(
        _ features: [String], _ libraries: Set<Library> = Set(Library.allCases),
        modules: [String] = ["lockdown", "bpf"]
    ) -> MachineFacts {
        MachineFacts(
            systemd: "257", features: features, kernel: "6.12", libraries: libraries,
            securityModules: modules, hasBPFFileSystem: true)
    }

    private func cure(_ id: String, _ standing: EnforcementState, _ facts: MachineFacts) throws
        -> String?
    {
        try #require(Catalogue.standard[id]).cure(of: standing, on: facts)
    }

    private let all = ["+SECCOMP", "+BPF_FRAMEWORK"]

    @Test("a package is named where installing it helps, and only there")
    func packages() throws {
        #expect(
            try cure("LockPersonality=yes", .ignored, facts(all, [.bpf])) == "install libseccomp2")
        #expect(
            try cure("SocketBindDeny=any", .ignored, facts(all, [.seccomp])) == "install libbpf1")
        #expect(
            try cure("SocketBindDeny=any", .ignored, facts(["+SECCOMP", "-BPF_FRAMEWORK"]))
                == "needs a systemd built with BPF_FRAMEWORK; this one is not")
        #expect(
            try cure("RestrictFileSystems=~@network", .ignored, facts(all, modules: ["lockdown"]))
                == "boot the kernel with bpf in lsm=")
        #expect(
            try cure("RestrictFileSystems=~@network", .ignored, facts(all))
                == "the kernel has the security module bpf and refuses its programs; it needs "
                + "CONFIG_BPF_LSM and CONFIG_DEBUG_INFO_BTF")
    }

    @Test("of a part that is lacking, that part's cure is named")
    func parts() throws {
        #expect(
            try cure("ProtectClock=yes", .partly(lacking: ["its system calls"]), facts(all, [.bpf]))
                == "install libseccomp2")
        #expect(
            try cure("ProtectKernelTunables=yes", .partly(lacking: ["/sys"]), facts(all))
                == "set PrivateNetwork=yes beside it")
    }

    @Test("what is in force needs no cure, and what is unknown needs another systemd")
    func others() throws {
        #expect(try cure("ProtectClock=yes", .inForce, facts(all)) == nil)
        #expect(
            try cure("PrivatePIDs=yes", .unknown(since: 257), facts(all)) == "needs systemd 257")
    }
}

@Suite("What a canary of file systems can tell") struct FileSystemCanaryTests {
    private func believable(
        _ standing: EnforcementState = .ignored, beside witness: EnforcementState?
    ) throws -> EnforcementState {
        try #require(Catalogue.standard["RestrictFileSystems=~@network"])
            .believable(standing, beside: witness)
    }

    @Test("nothing of other groups, where the one whose file it opens is enforced")
    func enforced() throws {
        for witness in [EnforcementState.inForce, .failing("exit status 203")] {
            #expect(
                try believable(beside: witness)
                    == .cannotTell("no file of these file systems is here to be opened"))
        }
        #expect(try believable(.failing("x"), beside: .inForce) == .failing("x"))
    }

    @Test("that nothing is done, where nothing is done about that one")
    func lacking() throws {
        #expect(try believable(beside: .ignored) == .ignored)
        #expect(try believable(beside: nil) == .ignored)
        #expect(Catalogue.standard[Catalogue.fileSystemWitness] != nil)
    }

    @Test("nothing of what other canaries were not stopped by")
    func others() throws {
        let other = try #require(Catalogue.standard["MemoryDenyWriteExecute=yes"])
        #expect(other.believable(.ignored, beside: .inForce) == .ignored)
    }
}

@Suite("Lapses of a running service") struct LapseTests {
    private let catalogue = Catalogue.standard
    private let ids = [
        "NoNewPrivileges=yes", "CapabilityBoundingSet=~CAP_SYS_ADMIN", "LockPersonality=yes",
        "RestrictRealtime=yes", "PrivateNetwork=yes", "UMask=0077", "ProtectSystem=full",
    ]
    private let first: ProcessReading = {
        var reading = ProcessReading()
        reading.filters = 0
        reading.programs = [:]
        reading.namespaces = [.net: "net:[1]"]
        return reading
    }()

    private var confined: ProcessReading {
        var reading = first
        reading.filters = 2
        reading.noNewPrivileges = true
        reading.bounding = 0
        reading.namespaces = [.net: "net:[2]"]
        return reading
    }

    private func lapses(
        _ reading: ProcessReading, _ standings: [String: EnforcementState] = [:]
    ) -> [String] {
        var findings: [String: Enforcement.Measurement] = [:]
        for id in ids { findings[id] = .init(standings[id] ?? .inForce) }
        return Profile(recorded: Set(ids)).lapses(
            of: reading, comparedWith: first, in: catalogue, enforcement: Enforcement(findings))
    }

    @Test("a process that has all of it has none, whatever it did to its umask")
    func none() {
        #expect(lapses(confined) == [])
        var stricter = confined
        stricter.filters = 9
        #expect(lapses(stricter) == [])
    }

    @Test("each setting that is not in force is named")
    func named() {
        var loose = confined
        loose.noNewPrivileges = false
        loose.bounding = Capability.all
        loose.namespaces = [.net: "net:[1]"]
        loose.filters = 1
        #expect(
            Set(lapses(loose)) == [
                "NoNewPrivileges=yes is not in force on the main process",
                "CapabilityBoundingSet=~CAP_SYS_ADMIN is not in force on the main process",
                "PrivateNetwork=yes is not in force on the main process",
                "the main process has 1 system call filters where LockPersonality, "
                    + "RestrictRealtime load one each",
            ])
    }

    @Test("what the machine does not enforce is not asked for")
    func ignored() {
        var loose = confined
        loose.namespaces = [.net: "net:[1]"]
        loose.filters = 1
        #expect(
            lapses(
                loose, ["PrivateNetwork=yes": .ignored, "RestrictRealtime=yes": .ignored]) == [])
    }

    @Test("what the unit gives back to the service, and what is gone altogether, is no lapse")
    func exceptions() {
        var machine = first
        machine.present = ["/", "/usr", "/etc", "/proc/sys/net"]
        machine.mounts = MountTable([
            .init(device: "0:1", root: "/", point: "/", options: ["rw"], type: "ext4")
        ])
        var service = machine
        service.present = ["/", "/usr", "/etc"]
        service.filters = 1
        let taken = Profile(recorded: ["ProtectSystem=full", "ProtectKernelTunables=yes"])
        func lapses(_ exceptions: Set<String>) -> [String] {
            taken.lapses(
                of: service, comparedWith: machine, in: catalogue,
                enforcement: Enforcement([
                    "ProtectSystem=full": .init(.inForce),
                    "ProtectKernelTunables=yes": .init(.inForce),
                ]), exceptions: exceptions)
        }
        #expect(
            lapses([]) == [
                "ProtectSystem=full (/usr) is not in force on the main process",
                "ProtectSystem=full (/etc) is not in force on the main process",
            ])
        #expect(
            lapses(["/etc", "/us"]) == [
                "ProtectSystem=full (/usr) is not in force on the main process"
            ])
        #expect(lapses(["/"]) == [])
    }

    @Test("of a ladder only the strictest step that was taken is looked for")
    func ladders() {
        var reading = first
        reading.present = ["/", "/home"]
        let mount = MountTable.Mount(
            device: "0:9", root: "/systemd/inaccessible/dir", point: "/home", options: [],
            type: "tmpfs")
        reading.mounts = MountTable([mount])
        let taken = Profile(["ProtectHome=yes"], in: catalogue)
        let measured = Enforcement(
            Dictionary(
                uniqueKeysWithValues: taken.restrictions.map { ($0, .init(.inForce)) }))
        #expect(
            taken.lapses(
                of: reading, comparedWith: reading, in: catalogue, enforcement: measured) == [])
    }
}
