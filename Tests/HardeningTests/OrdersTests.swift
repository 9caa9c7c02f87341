import Hardening
import Testing

@Suite("Orders to root") struct OrdersTests {
    static let sockets = ["system-bus", "manager", "containers"].map { "InaccessiblePaths=\($0)" }
    static let places = ["manager", "orders"].map { "ReadOnlyPaths=\($0)" }

    let bare = HardeningSubject(Sandbox(), dialect: .withSmallGroups)

    private func entries(
        _ name: String, of taken: [String], from sandbox: Sandbox = Sandbox(),
        using usage: Usage = Usage()
    ) -> [String] {
        let catalogue = Catalogue.standard.accommodating(usage)
        let subject = HardeningSubject(sandbox, in: catalogue, dialect: .withSmallGroups)
        return subject.tightened(by: Profile(taken, in: catalogue))[name].entries
    }

    @Test("each is one line more, and costs and gains no exposure", arguments: sockets + places)
    func line(id: String) throws {
        let profile = Profile([id], in: .standard)
        let lines = bare.dropIn(for: profile).text.split(separator: "\n")
        let name = id.prefix { $0 != "=" }
        #expect(lines.count == 3 && lines[2].hasPrefix("\(name)=-/"))
        #expect(bare.exposure(of: profile) == bare.exposure)
        #expect(Catalogue.standard[id]?.closesWayToRoot == true)
    }

    @Test("look-ups, logging and readiness go on")
    func open() {
        for socket in [
            "/run/systemd/notify", "/run/systemd/journal/socket", "/run/systemd/journal/stdout",
            "/run/systemd/userdb/io.systemd.DynamicUser", "/run/systemd/resolve/io.systemd.Resolve",
        ] {
            #expect(!entries("InaccessiblePaths", of: Self.sockets).contains("-\(socket)"))
        }
    }

    @Test("what is read-only anyway is not named once more")
    func moot() {
        #expect(entries("ReadOnlyPaths", of: Self.places).contains("-/etc/systemd"))
        let strict = Self.places + ["ProtectSystem=strict"]
        #expect(entries("ReadOnlyPaths", of: strict) == [])
        #expect(
            !entries("ReadOnlyPaths", of: Self.places + ["ProtectSystem=full"])
                .contains { $0.hasPrefix("-/etc") || $0.hasPrefix("-/usr") })
        // Beside what leaves /run writable, all of it is closed again.
        let opening = strict + ["ProtectControlGroups=yes"]
        #expect(entries("ReadOnlyPaths", of: opening) == ["-/run"])
    }

    @Test("below a place that stays writable it is closed")
    func nested() {
        var usage = Usage()
        usage.written = ["/run", "/etc"]
        let taken = Self.places + ["ProtectSystem=strict"]
        let closed = entries("ReadOnlyPaths", of: taken, using: usage)
        #expect(closed.contains("-/run/systemd") && closed.contains("-/etc/cron.d"))
        #expect(!closed.contains { $0.hasPrefix("-/usr") || $0.hasPrefix("-/var") })
        let unit = Sandbox([
            "ProtectSystem": .word("strict"), "ReadWritePaths": .list(["/run"]),
        ])
        let subject = HardeningSubject(unit, dialect: .withSmallGroups)
        #expect(entries("ReadOnlyPaths", of: Self.places, from: unit).first == "-/run/systemd")
        #expect(subject.already(has: Catalogue.standard["ReadOnlyPaths=orders"]!))
        #expect(!subject.already(has: Catalogue.standard["ReadOnlyPaths=manager"]!))
    }

    @Test("what is the service's own stays writable, and so does what it writes below")
    func own() {
        var usage = Usage()
        usage.written = ["/etc/network/x", "/etc/apt"]
        usage.own = ["/var/spool/cron"]
        let closed = entries("ReadOnlyPaths", of: ["ReadOnlyPaths=orders"], using: usage)
        #expect(closed.contains("-/etc/network") && closed.contains("-/etc/systemd"))
        #expect(!closed.contains("-/etc/apt") && !closed.contains("-/var/spool/cron"))
        #expect(
            entries("ReadWritePaths", of: ["ReadOnlyPaths=orders"], using: usage)
                == ["-/etc/network/x"])
    }

    @Test("they are for services that are root, of the system's manager")
    func forRoot() {
        func offered(_ sandbox: Sandbox, _ dialect: Dialect = .withSmallGroups) -> Set<String> {
            let subject = HardeningSubject(sandbox, dialect: dialect)
            return Set(Offer(of: subject).restrictions.map(\.id))
                .intersection(Self.sockets + Self.places)
        }
        #expect(offered(Sandbox()) == Set(Self.sockets + Self.places))
        #expect(offered(Sandbox(["User": .word("daemon")])) == [])
        func granted(_ name: String) -> Sandbox {
            Sandbox([
                "User": .word("x"), "AmbientCapabilities": .mask(Capability.mask([name])),
            ])
        }
        #expect(offered(granted("CAP_NET_BIND_SERVICE")) == [])
        #expect(offered(granted("CAP_DAC_OVERRIDE")).count == 5)
        let inGroup = Sandbox(["User": .word("x"), "SupplementaryGroups": .list(["docker"])])
        #expect(offered(inGroup).contains("InaccessiblePaths=containers"))
        #expect(offered(Sandbox(["DefaultDependencies": .flag(false)])) == Set(Self.places))
        let dialect = Dialect.withSmallGroups
        let users = Dialect(
            version: dialect.version, calls: dialect.calls, fileSystems: dialect.fileSystems,
            scope: .user)
        #expect(offered(Sandbox(), users) == [])
    }

    @Test("a way to root that is closed is worth more than all exposure")
    func weights() throws {
        let offer = Offer(of: bare)
        let worth = Dictionary(
            uniqueKeysWithValues: zip(offer.restrictions.map(\.id), offer.weights))
        let scored = offer.restrictions.filter { !$0.closesWayToRoot }
        let sum = scored.reduce(0) { $0 + (worth[$1.id] ?? 0) }
        for id in Self.sockets + Self.places { #expect(try #require(worth[id]) > sum) }
    }

    @Test("a refusal points at what closes a socket or a place")
    func suspects() {
        func names(_ call: String, _ path: String, _ error: ErrorNumber) -> Set<String> {
            KernelRequest(.call(call), by: "x", error: error.rawValue, path: path)
                .suspects(in: .withSmallGroups)?.names ?? []
        }
        #expect(
            names("connect", "/var/run/dbus/system_bus_socket", .econnrefused)
                == ["InaccessiblePaths=system-bus"])
        #expect(
            names("connect", "/run/systemd/private", .eacces) == ["InaccessiblePaths=manager"])
        #expect(names("connect", "/run/docker.sock", .enoent).isEmpty)
        #expect(names("connect", "/run/x.sock", .econnrefused).isEmpty)
        func refused(_ path: String) -> KernelRequest {
            KernelRequest(
                .call("connect"), by: "x", error: ErrorNumber.econnrefused.rawValue, path: path)
        }
        #expect(refused("/run/systemd/private").isTelling)
        #expect(!refused("/run/x.sock").isTelling)
        #expect(names("openat", "/run/systemd/x", .erofs).contains("ReadOnlyPaths=manager"))
        #expect(names("openat", "/etc/cron.d/x", .erofs).contains("ReadOnlyPaths=orders"))
        #expect(!names("openat", "/etc/x", .erofs).contains("ReadOnlyPaths=orders"))
    }

    @Test("who is known to talk on the bus keeps it")
    func contested() {
        func contested(_ change: (inout ProgramTraits) -> Void) -> Set<String> {
            var traits = ProgramTraits()
            traits.keepsRoot = true
            change(&traits)
            return Set(
                traits.contested(in: .standard, isRoot: true) { _ in false }.keys
            ).intersection(Self.sockets + Self.places)
        }
        #expect(contested { $0.busName = "org.example.X" } == ["InaccessiblePaths=system-bus"])
        #expect(contested { $0.libraries = ["libdbus-1.so.3"] } == ["InaccessiblePaths=system-bus"])
        #expect(
            contested { $0.imports = ["sd_bus_open_system"] } == ["InaccessiblePaths=system-bus"])
        #expect(contested { $0.imports = ["sd_notify"] } == [])
        #expect(contested { $0.libraries = ["libpam.so.0"] } == [])
        #expect(
            contested { $0.talkingModule = "/etc/pam.d/sshd names pam_systemd.so" }
                == ["InaccessiblePaths=system-bus"])
        #expect(
            contested { $0.hostedWork = "scheduled jobs" } == Set(Self.sockets + Self.places))
    }
}
