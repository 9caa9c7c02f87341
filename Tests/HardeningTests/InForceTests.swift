import Testing

@testable import Hardening

@Suite("In force") struct InForceTests {
    let catalogue = Catalogue.standard

    private func reading(_ change: (inout ProcessReading) -> Void = { _ in }) -> ProcessReading {
        var reading = ProcessReading()
        reading.filters = 0
        reading.programs = [:]
        reading.mergesMemory = true
        reading.present = ["/", "/usr", "/etc", "/home", "/root", "/sys", "/proc/sys/net", "/tmp"]
        reading.mounts = MountTable([.plain("/", "ext4"), .plain("/sys", "sysfs")])
        for kind in NamespaceKind.allCases { reading.namespaces[kind] = "\(kind.rawValue):[1]" }
        change(&reading)
        return reading
    }

    private func standing(
        _ id: String, _ restricted: ProcessReading, from bare: ProcessReading? = nil
    ) throws -> EnforcementState {
        try #require(catalogue[id]).standing(
            bare: .read(bare ?? reading()), restricted: .read(restricted))
    }

    @Test("two processes that are alike show that every restriction is ignored or cannot be told")
    func everyRowCanSayNo() {
        var alike = reading()
        alike.present = Set(catalogue.restrictions.flatMap(\.inForceCheck.paths))
        for canary in Canary.allCases { alike.canaries[canary] = .exit(0) }
        alike.canaries[.keyring] = .exit(126)
        alike.misread = ["something"]
        alike.umask = 0
        for restriction in catalogue.restrictions {
            #expect(
                restriction.standing(bare: .read(alike), restricted: .read(alike)) == .ignored,
                "\(restriction.id)")
        }
    }

    @Test("what a directive promises beside its main part can be lacking alone")
    func partly() throws {
        let half = reading {
            $0.mounts = MountTable([
                .plain("/", "ext4"), .plain("/sys", "sysfs"),
                .plain("/proc/sys/net", "proc", ["ro"]),
            ])
            $0.filters = 2
        }
        #expect(try standing("ProtectKernelTunables=yes", half) == .partly(lacking: ["/sys"]))
        let noFilter = reading {
            $0.bounding = Capability.all & ~Capability.mask(["CAP_SYS_TIME", "CAP_WAKE_ALARM"])
        }
        #expect(
            try standing("ProtectClock=yes", noFilter) == .partly(lacking: ["its system calls"]))
    }

    @Test("a filter, a namespace or a program must be more than the process without it has")
    func differences() throws {
        let inherited = reading {
            $0.filters = 3
            $0.programs = [.bind4: 1, .bind6: 1]
        }
        #expect(try standing("LockPersonality=yes", inherited, from: inherited) == .ignored)
        #expect(try standing("LockPersonality=yes", inherited) == .inForce)
        #expect(try standing("SocketBindDeny=any", inherited, from: inherited) == .ignored)
        #expect(try standing("SocketBindDeny=any", inherited) == .inForce)
        let own = reading { $0.namespaces[.net] = "net:[2]" }
        #expect(try standing("PrivateNetwork=yes", own) == .inForce)
        #expect(try standing("PrivateIPC=yes", own) == .ignored)
    }

    @Test("what the machine gives to all counts as in force")
    func given() throws {
        let sealed = reading {
            $0.mounts = MountTable([.plain("/", "erofs", ["ro"])])
            $0.noNewPrivileges = true
        }
        #expect(try standing("ProtectSystem=strict", sealed, from: sealed) == .inForce)
        #expect(try standing("NoNewPrivileges=yes", sealed, from: sealed) == .inForce)
    }

    @Test("what is not there cannot be forbidden, and what the kernel hides cannot be told")
    func silence() throws {
        let poor = reading {
            $0.filters = nil
            $0.programs = nil
            $0.mergesMemory = nil
            $0.present = []
        }
        #expect(try standing("ProtectHome=yes", poor, from: poor) == .absent)
        #expect(try standing("MemoryKSM=no", poor, from: poor) == .absent)
        for id in ["LockPersonality=yes", "DevicePolicy=closed", "MemoryDenyWriteExecute=yes"] {
            guard case .cannotTell = try standing(id, poor, from: poor) else {
                Issue.record("\(id)")
                continue
            }
        }
    }

    @Test("a canary speaks only where it lives without the restriction")
    func canaries() throws {
        func canary(_ before: CanaryEnd, _ after: CanaryEnd) throws -> EnforcementState {
            try standing(
                "MemoryDenyWriteExecute=yes", reading { $0.canaries = [.writableCode: after] },
                from: reading { $0.canaries = [.writableCode: before] })
        }
        #expect(try canary(.exit(0), .exit(1)) == .inForce)
        #expect(try canary(.exit(0), .signal(31)) == .inForce)
        #expect(try canary(.exit(0), .exit(0)) == .ignored)
        #expect(try canary(.exit(13), .exit(13)) == .cannotTell("the canary is stopped without it"))
    }

    @Test("a start that fails is no silent nothing, and expected where nothing can run")
    func failing() throws {
        let bare = InForceObservation.read(reading())
        let failed = InForceObservation.nothingRan("226/NAMESPACE")
        let bpf = try #require(catalogue["PrivateBPF=yes"])
        #expect(bpf.standing(bare: bare, restricted: failed) == .failing("226/NAMESPACE"))
        let core = try #require(catalogue["SystemCallFilter=~@default"])
        #expect(core.standing(bare: bare, restricted: failed) == .inForce)
        #expect(
            bpf.standing(bare: bare, restricted: .refused("Unknown property"))
                == .unknown(since: nil))
    }

    @Test("the last mount at a place hides those before it, and a longer name is no deeper place")
    func mounts() {
        let table = MountTable([
            .plain("/", "ext4"), .plain("/home", "xfs"), .plain("/home", "tmpfs"),
            .plain("/home/user/data", "btrfs"),
        ])
        #expect(table.mount(of: "/home")?.type == "tmpfs")
        #expect(table.mount(of: "/home/user")?.type == "tmpfs")
        #expect(table.mount(of: "/homes")?.type == "ext4")
        #expect(table.mount(of: "/home/user/data/x")?.type == "btrfs")
        #expect(MountTable([]).mount(of: "/") == nil)
    }
}

extension MountTable.Mount {
    fileprivate static func plain(
        _ point: String, _ type: String, _ options: Set<String> = []
    ) -> MountTable.Mount {
        .init(device: "0:1", root: "/", point: point, options: options, type: type)
    }
}
