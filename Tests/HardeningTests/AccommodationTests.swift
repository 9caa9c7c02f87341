import Hardening
import TemperTesting
import Testing

@Suite("Exceptions for what a service uses") struct AccommodationTests {
    let catalogue: Catalogue
    let dialect = Dialect.withSmallGroups

    init() {
        var usage = Usage()
        usage.written = ["/run", "/var/lib/x"]
        usage.files = ["/run/x.pid"]
        usage.runtimeDirectories = ["x": 0o750]
        usage.homes = ["/root/.config/x": true, "/root/shared": false]
        usage.devices = ["/dev/ttyUSB0"]
        usage.ports = ["tcp:80"]
        usage.peers = ["192.0.2.1/32", "2001:db8:0:0:0:0:0:1/128"]
        usage.user = "x"
        usage.capabilities = ["CAP_NET_BIND_SERVICE"]
        catalogue = Catalogue.standard.accommodating(usage)
    }

    var bare: HardeningSubject {
        HardeningSubject(Sandbox(), in: catalogue, dialect: dialect)
    }

    func sandbox(_ taken: String...) -> Sandbox {
        bare.tightened(by: Profile(taken, in: catalogue))
    }

    func lines(
        _ taken: [String], startCommands: [String] = [], runtimeDirectories: [String] = []
    ) -> [String] {
        bare.dropIn(
            for: Profile(taken, in: catalogue), startCommands: startCommands,
            runtimeDirectories: runtimeDirectories
        ).text.split(
            separator: "\n"
        ).map(String.init)
    }

    @Test("a restriction leaves open what is used")
    func open() {
        #expect(
            lines(["ProtectSystem=strict"]).suffix(1) == ["ReadWritePaths=-/run -/var/lib/x"])
        #expect(lines(["DevicePolicy=closed"]).contains("DeviceAllow=/dev/ttyUSB0 rw"))
        #expect(lines(["PrivateDevices=yes"]).contains("BindPaths=-/dev/ttyUSB0"))
        #expect(lines(["SocketBindDeny=any"]).contains("SocketBindAllow=tcp:80"))
        #expect(
            lines(["IPAddressDeny=all-but-localhost"]).suffix(4) == [
                "IPAddressDeny=", "IPAddressDeny=any", "IPAddressAllow=",
                "IPAddressAllow=127.0.0.0/8 0:0:0:0:0:0:0:1/128 192.0.2.1/32 "
                    + "2001:db8:0:0:0:0:0:1/128",
            ])
        #expect(lines(["ProtectHome=tmpfs"]).contains("BindPaths=-/root/.config/x"))
        #expect(lines(["ProtectHome=tmpfs"]).contains("BindReadOnlyPaths=-/root/shared"))
        #expect(lines(["ProtectHome=read-only"]).contains("ReadWritePaths=-/root/.config/x"))
    }

    @Test("a directory below /run that systemd can make is made, and the rest is not writable")
    func runtimeDirectory() throws {
        var usage = Usage()
        usage.written = ["/run/x", "/var/lib/x"]
        usage.runtimeDirectories = ["x": 0o750]
        let catalogue = Catalogue.standard.accommodating(usage)
        let subject = HardeningSubject(Sandbox(), in: catalogue, dialect: dialect)
        func text(_ taken: String...) -> String {
            subject.dropIn(for: Profile(taken, in: catalogue)).text
        }
        let made = "\nRuntimeDirectory=x\nRuntimeDirectoryMode=0750\nRuntimeDirectoryPreserve=yes\n"
        #expect(text("ProtectSystem=strict").contains("\nReadWritePaths=-/run/x -/var/lib/x\n"))
        #expect(text("ProtectSystem=strict").hasSuffix(made))
        #expect(!text("ProtectSystem=full").contains("RuntimeDirectory"))
        // Who does without it has none made.
        #expect(!text("ReadWritePaths=~/run/x").contains("RuntimeDirectory"))
        // Beside directories of the unit's own it is one more, kept as those are.
        let beside = subject.dropIn(
            for: Profile(["ProtectSystem=strict"], in: catalogue), runtimeDirectories: ["y"]
        ).text
        #expect(beside.hasSuffix("\nRuntimeDirectory=x\n"))
        // Who becomes somebody has it made as somebody's, once.
        usage.user = "x"
        let other = Catalogue.standard.accommodating(usage)
        let became = HardeningSubject(Sandbox(), in: other, dialect: dialect).dropIn(
            for: Profile(["ProtectSystem=strict", "User=x"], in: other)
        ).text
        #expect(became.hasSuffix("\nRuntimeDirectory=x\nRuntimeDirectoryMode=0750\n"))
    }

    @Test("a device node is bound also where nothing else is")
    func onlyDevices() {
        var usage = Usage()
        usage.devices = ["/dev/net/tun"]
        let catalogue = Catalogue.standard.accommodating(usage)
        let text = HardeningSubject(Sandbox(), in: catalogue, dialect: dialect).dropIn(
            for: Profile(["PrivateDevices=yes"], in: catalogue)
        ).text
        #expect(text.contains("\nBindPaths=-/dev/net/tun\n"))
        #expect(text.contains("\nDeviceAllow=/dev/net/tun rw\n"))
    }

    @Test("an exception is taken back by a restriction of its own, which contains the first")
    func withdrawn() {
        let taken = "ReadWritePaths=~/var/lib/x"
        #expect(Profile([taken], in: catalogue).restrictions.contains("ProtectSystem=strict"))
        #expect(lines([taken]).suffix(1) == ["ReadWritePaths=-/run"])
        #expect(
            sandbox("ReadWritePaths=~/var/lib/x", "ReadWritePaths=~/run")["ReadWritePaths"] == nil)
        #expect(sandbox("SocketBindAllow=~tcp:80")["SocketBindAllow"] == nil)
        let peers = ["IPAddressAllow=~192.0.2.1/32", "IPAddressAllow=~2001:db8:0:0:0:0:0:1/128"]
        #expect(
            sandbox(peers[0])[.ipAddressAllow].addresses
                == AddressPrefix.localhost + [AddressPrefix(text: "2001:db8:0:0:0:0:0:1/128")])
        #expect(
            sandbox(peers[0], peers[1])[.ipAddressAllow].addresses == AddressPrefix.localhost)
        let device = sandbox("PrivateDevices=yes", "DeviceAllow=~/dev/ttyUSB0")
        #expect(device[.bindPaths].entries == [] && device[.deviceAllow].entries == [])
    }

    @Test("what is the service's own stays open, whether or not it was seen to write there")
    func own() throws {
        var usage = Usage()
        usage.written = ["/run", "/var/lib/x"]
        usage.own = ["/var/cache/x", "/var/lib/x"]
        let catalogue = Catalogue.standard.accommodating(usage)
        let subject = HardeningSubject(Sandbox(), in: catalogue, dialect: dialect)
        #expect(
            subject.dropIn(for: Profile(["ProtectSystem=strict"], in: catalogue)).text
                .contains("\nReadWritePaths=-/run -/var/lib/x -/var/cache/x\n"))
        func heldBack(_ place: String) -> String? {
            catalogue["ReadWritePaths=~\(place)"]?.heldBack
        }
        #expect(heldBack("/run") == nil)
        #expect(
            heldBack("/var/lib/x") == "it is the service's own, and it was seen to write there")
        #expect(heldBack("/var/cache/x")?.contains("nothing was seen to write there") == true)
        for place in ["/var/lib/x", "/var/cache/x"] {
            #expect(catalogue["ReadWritePaths=~\(place)"]?.contest?.source == .directory)
        }
        let asked = Offer(of: subject, attempt: ["ReadWritePaths=~/var/lib/x"]).restrictions
        #expect(
            asked.map(\.id).filter { $0.hasPrefix("ReadWritePaths") }
                == ["ReadWritePaths=~/run", "ReadWritePaths=~/var/lib/x"])
    }

    @Test("what takes an exception back contains what makes it, for all that a service can use")
    func withdrawals() {
        let all = Catalogue.withExamples.restrictions
        let made = Set(all.flatMap(\.exceptions))
        var taken: Set<Exception> = []
        for restriction in all {
            guard case .withdraw(let exceptions) = restriction.change else { continue }
            taken.formUnion(exceptions)
            let contained = all.filter { restriction.implies.contains($0.id) }
            #expect(contained.count == restriction.implies.count, "\(restriction.id)")
            #expect(
                contained.contains { !$0.exceptions.filter(exceptions.contains).isEmpty },
                "\(restriction.id)")
        }
        // A directory, two homes of which one is written to, a node that is granted and bound, a
        // port and an address.
        #expect(taken.count == 8)
        #expect(made.isSuperset(of: taken))
    }

    @Test("an address is read as it is written, and nothing else is one")
    func addresses() {
        for text in ["192.0.2.1/32", "10.0.0.0/8", "2001:db8:0:0:0:0:0:1/128", "0:0:0:0:0:0:0:0/0"]
        {
            #expect(AddressPrefix(text: text)?.text == text)
        }
        for text in [
            "", "/", "192.0.2.1", "192.0.2/24", "192.0.2.1/33", "192.0.2.256/32", "1.2.3.4.5/32",
            "::1/128", "2001:db8:0:0:0:0:0:1/129", "10.0.0.1/8\nUser=root", "a.b.c.d/8",
        ] {
            #expect(AddressPrefix(text: text) == nil, "\(text)")
        }
        #expect(AddressPrefix(text: "127.0.0.1/32")?.isLoopback == true)
        #expect(AddressPrefix(text: "192.0.2.1/32")?.isLoopback == false)
    }

    @Test("a stricter step does without the exceptions of the weaker ones")
    func stricterStep() {
        let hidden = sandbox("ProtectHome=yes")
        #expect(hidden[.bindPaths].entries == [] && hidden[.readWritePaths].entries == [])
        #expect(sandbox("ProtectHome=tmpfs")[.readWritePaths].entries == [])
        #expect(sandbox("IPAddressDeny=any")[.ipAddressAllow].addresses == [])
    }

    @Test("nothing else wipes an exception out")
    func order() {
        let all = catalogue.restrictions.filter { restriction in
            if case .withdraw = restriction.change { false } else { restriction.heldBack == nil }
        }
        let strictest = bare.tightened(by: Profile(all.map(\.id), in: catalogue))
        for restriction in ["ProtectSystem=strict", "PrivateDevices=yes", "SocketBindDeny=any"] {
            for exception in catalogue[restriction]?.exceptions ?? [] {
                #expect(strictest.grants(exception), "\(exception.text)")
            }
        }
    }

    @Test("what can be written again must not be run, where programs are forbidden in such places")
    func noPrograms() {
        let both = sandbox("ProtectSystem=strict", "NoExecPaths=writable")
        #expect(both[.noExecPaths].entries.contains("-/var/lib/x"))
        #expect(!sandbox("ProtectSystem=strict")[.noExecPaths].entries.contains("-/var/lib/x"))
        let one = sandbox("ReadWritePaths=~/var/lib/x", "NoExecPaths=writable")
        #expect(!one[.noExecPaths].entries.contains("-/var/lib/x"))
    }

    @Test("no exception costs the points that its restriction gains, but for device nodes")
    func exposure() {
        let plain = Catalogue.standard
        for id in ["ProtectSystem=strict", "ProtectHome=tmpfs", "SocketBindDeny=any"] {
            let without = HardeningSubject(Sandbox(), in: plain, dialect: dialect)
            #expect(
                bare.exposure(of: Profile([id], in: catalogue))
                    == without.exposure(of: Profile([id], in: plain)))
        }
    }

    @Test("another user keeps its capabilities, and the bounding set takes them away")
    func identity() {
        let kept = Capability.mask(["CAP_NET_BIND_SERVICE"])
        #expect(sandbox("User=x")["User"] == .word("x"))
        #expect(sandbox("User=x")[.ambientCapabilities].bits(within: .max) == kept)
        let dropped = sandbox("User=x", "CapabilityBoundingSet=~CAP_NET_BIND_SERVICE")
        #expect(dropped[.ambientCapabilities].bits(within: .max) == 0)
        let written = lines(["User=x"])
        #expect(written.count { $0 == "AmbientCapabilities=CAP_NET_BIND_SERVICE" } == 1)
        // What it was granted before stays granted.
        let chown = Capability.mask(["CAP_CHOWN"])
        let before = Sandbox(["AmbientCapabilities": .mask(chown)])
        let after = HardeningSubject(before, in: catalogue, dialect: dialect).tightened(
            by: Profile(["User=x"], in: catalogue))
        #expect(after.ambientCapabilities == chown | kept)
    }

    @Test("what has to be made before each start comes before the unit's own commands")
    func startCommands() {
        let written = lines(["User=x"], startCommands: ["/bin/check", "-/bin/other a b"])
        #expect(
            written.suffix(4) == [
                "ExecStartPre=",
                "ExecStartPre=+/usr/bin/install -m 0644 -o x /dev/null /run/x.pid",
                "ExecStartPre=/bin/check", "ExecStartPre=-/bin/other a b",
            ])
    }

    @Test("what it makes below /run is a runtime directory, with its mode where the unit has none")
    func runtimeDirectories() {
        let written = lines(["User=x"])
        #expect(written.contains("RuntimeDirectory=x"))
        #expect(written.contains("RuntimeDirectoryMode=0750"))
        let beside = lines(["User=x"], runtimeDirectories: ["y"])
        #expect(beside.contains("RuntimeDirectory=x"))
        #expect(!beside.contains { $0.hasPrefix("RuntimeDirectoryMode") })
        #expect(
            !lines(["User=x"], runtimeDirectories: ["x"]).contains { $0.hasPrefix("Runtime") })
        // Who stays root makes it as ever.
        #expect(!lines(["ProtectSystem=strict"]).contains { $0.hasPrefix("Runtime") })
    }

    @Test("ports are read and written as a unit file has them")
    func ports() {
        for text in ["tcp:80", "udp:53"] { #expect(PortRange(text: text)?.text == text) }
        for text in ["tcp:0", "80", "sctp:80", "tcp:70000", ""] {
            #expect(PortRange(text: text) == nil)
        }
    }

    @Test("a service that uses nothing has the standard catalogue")
    func nothing() {
        let same = Catalogue.standard.accommodating(Usage())
        #expect(same.restrictions == Catalogue.standard.restrictions)
    }
}
