import Testing

@testable import Hardening

@Suite("Drop-in") struct DropInTests {
    @Test("a drop-in of nothing assigns nothing")
    func nothing() {
        #expect(text([]) == "[Service]\n")
    }

    @Test("a drop-in has a header, and for each directive its effect, its reason and its value")
    func whole() {
        let dropIn = HardeningSubject(Sandbox(), dialect: .withSmallGroups).dropIn(
            for: Profile(["ProtectSystem=full", "UMask=0077"], in: .standard),
            header: ["Made by temper.", "", "See temper-report(1)."],
            reasons: ["UMask": "Tried in trial 7."])
        #expect(
            dropIn.text == """
                # Made by temper.
                #
                # See temper-report(1).
                [Service]
                # The operating system's files are read-only for the service.
                ProtectSystem=full
                # Files that the service makes are not readable by others.
                # Tried in trial 7.
                UMask=0077

                """)
    }

    @Test("the packager's has no comments and no vain lines, and the order of the manual")
    func packager() {
        let text = """
            # Made by temper.
            [Service]
            # So.
            ProtectSystem=full
            UMask=0077
            RestrictNamespaces=
            RestrictNamespaces=mnt
            CapabilityBoundingSet=
            SystemCallFilter=
            SystemCallFilter=@system-service
            SystemCallFilter=~@mount
            SystemCallErrorNumber=EPERM
            # Needs CAP_KILL.
            AmbientCapabilities=
            AmbientCapabilities=CAP_KILL
            ReadWritePaths=-/run
            ExecStartPre=
            ExecStartPre=+/bin/true
            User=x

            """
        #expect(
            DropIn.forPackager(text, over: ["RestrictNamespaces", "Type"]) == """
                [Service]
                User=x

                CapabilityBoundingSet=
                AmbientCapabilities=CAP_KILL

                UMask=0077

                ProtectSystem=full
                ReadWritePaths=-/run
                RestrictNamespaces=
                RestrictNamespaces=mnt

                SystemCallFilter=@system-service
                SystemCallFilter=~@mount
                SystemCallErrorNumber=EPERM

                ExecStartPre=+/bin/true

                """)
        // Where nothing is known of the unit, every list is emptied first.
        let unknown = DropIn.forPackager(text, over: nil)
        #expect(unknown.contains("\nSystemCallFilter=\nSystemCallFilter=@system-service\n"))
    }

    @Test("directories that systemd makes stand for the exceptions that they make needless")
    func directories() throws {
        let subject = HardeningSubject(Sandbox(), in: .standard, dialect: .withSmallGroups)
        let opened = Sandbox([
            "ReadWritePaths": .list([
                "-/var/lib/x", "-/var/lib/x/below", "/var/log/y", "-/run", "-/var/lib/xy",
            ])
        ])
        let directories = try #require(
            ServiceDirectories(
                of: [
                    "/var/lib/x": 0o755, "/var/lib/x/below": 0o700, "/var/lib/privately": 0o755,
                    "/var/log/y": 0o750,
                    "/var/cache/a": 0o700, "/var/cache/b": 0o755, "/etc/x": 0o755, "/run/x": 0o755,
                    "/var/lib/private/z": 0o755, "/var/lib/two:words": 0o755,
                ]))
        func left(over before: Sandbox) -> Set<String> {
            directories.replacing(in: opened, over: before).openedPlaces(beyond: Sandbox())
        }
        #expect(opened.openedPlaces(beyond: Sandbox()).contains("/var/lib/xy"))
        #expect(left(over: Sandbox()) == ["/run", "/var/lib/xy"])
        // What the unit has itself no drop-in takes back.
        let own = Sandbox(["ReadWritePaths": .list(["-/var/lib/x"])])
        #expect(left(over: own) == ["/run", "/var/lib/xy", "/var/lib/x"])
        #expect(opened.openedPlaces(beyond: own).isDisjoint(with: ["/var/lib/x"]))
        #expect(directories.holds("/var/lib/x/below") && !directories.holds("/var/lib"))
        let text = subject.dropIn(for: .unrestricted, directories: directories).text
        #expect(
            DropIn.forPackager(text, over: []) == """
                [Service]
                StateDirectory=privately x
                LogsDirectory=y
                LogsDirectoryMode=0750

                """)
        // There is one mode for all of a setting, and the unit's own is obeyed.
        #expect(
            ServiceDirectories(of: ["/var/log/y": 0o750], besides: ["LogsDirectory": 0o755]) == nil)
        #expect(
            ServiceDirectories(of: ["/var/log/y": 0o750], besides: ["LogsDirectory": 0o750])?.text
                == "LogsDirectory=y")
        #expect(ServiceDirectories(of: ["/srv/x": 0o755]) == nil)
    }

    @Test("every setting of the catalogue has its place in the manual, once")
    func manualOrder() {
        let order = ManualOrder.sections.flatMap(\.self).map(\.rawValue)
        #expect(Set(order).count == order.count)
        let names = Catalogue.standard.directives.map(\.name) + Catalogue.perService
        #expect(names.filter { !order.contains($0) } == [])
    }

    @Test("a set is emptied before it is written as a whole")
    func masks() {
        let sandbox = Sandbox([
            "CapabilityBoundingSet": .mask(
                Capability.mask(["CAP_CHOWN", "CAP_KILL", "CAP_SYSLOG"])),
            "RestrictNamespaces": .mask(0x1002_0000),
        ])
        #expect(
            assignments(
                ["CapabilityBoundingSet=~CAP_KILL", "RestrictNamespaces=~user"], from: sandbox)
                == [
                    "RestrictNamespaces=", "RestrictNamespaces=mnt", "CapabilityBoundingSet=",
                    "CapabilityBoundingSet=CAP_CHOWN CAP_SYSLOG",
                ])
    }

    @Test("a set of which nothing is left is written as none")
    func noneLeft() {
        let sandbox = Sandbox([
            "CapabilityBoundingSet": .mask(Capability.mask(["CAP_KILL"])),
            "RestrictNamespaces": .mask(0x1000_0000),
            "RestrictAddressFamilies": .filter(allow: true, ["AF_UNIX"]),
        ])
        #expect(
            assignments(
                [
                    "CapabilityBoundingSet=~CAP_KILL", "RestrictNamespaces=~user",
                    "RestrictAddressFamilies=~AF_UNIX",
                ], from: sandbox)
                == [
                    "RestrictNamespaces=yes", "CapabilityBoundingSet=",
                    "RestrictAddressFamilies=", "RestrictAddressFamilies=none",
                ])
    }

    @Test("the first filter of a service answers with an error number")
    func firstFilter() {
        #expect(
            assignments(["SystemCallFilter=~@swap"]) == [
                "SystemCallFilter=~@swap", "SystemCallErrorNumber=EPERM",
            ])
        #expect(
            assignments(
                ["SystemCallFilter=~@swap", "SystemCallErrorNumber=kill"],
                from: Sandbox(["SystemCallErrorNumber": .number(13)]))
                == ["SystemCallFilter=~@swap", "SystemCallErrorNumber=kill"])
    }

    @Test("an allow-list takes the place of a deny-list, whose denials follow it")
    func allowOnDeny() {
        let sandbox = Sandbox([
            "SystemCallFilter": .filter(allow: false, ["getpid", "sync_1:EPERM"])
        ])
        let lines = assignments(["SystemCallFilter=@system-service"], from: sandbox)
        #expect(
            lines.prefix(3) == [
                "SystemCallFilter=", "SystemCallFilter=@system-service",
                "SystemCallFilter=~getpid sync_1",
            ])
        #expect(lines.dropFirst(3).allSatisfy { $0.hasPrefix("SystemCallFilter=~@") })
    }

    @Test("an allow-list is cut to another by denying what is beyond it")
    func allowOnAllow() {
        let sandbox = Sandbox([
            "SystemCallFilter": .filter(allow: true, ["sync_1", "vmsplice", "mount_1"])
        ])
        let lines = assignments(["SystemCallFilter=@system-service"], from: sandbox)
        #expect(lines == ["SystemCallFilter=~vmsplice mount_1", "SystemCallFilter=~@mount"])
    }

    @Test("a call keeps the error number that the unit gave it")
    func ownAnswers() {
        let sandbox = Sandbox([
            "SystemCallFilter": .filter(allow: false, ["swap_1:ENOSYS", "getpid:EPERM"])
        ])
        #expect(
            assignments(["SystemCallFilter=~@swap"], from: sandbox)
                == ["SystemCallFilter=~@swap", "SystemCallFilter=~swap_1:ENOSYS"])
    }

    @Test("a list of what is forbidden is only extended")
    func extended() {
        let sandbox = Sandbox(["NoExecPaths": .list(["/opt", "-/tmp", "-/var", "-/run"])])
        #expect(
            assignments(["NoExecPaths=writable"], from: sandbox)
                == ["NoExecPaths=-/dev/shm -/home -/root -/srv -/var/tmp"])
    }

    @Test("denying addresses and ports takes back what was allowed")
    func grants() {
        let sandbox = Sandbox([
            "IPAddressAllow": .prefixes(AddressPrefix.localhost),
            "SocketBindAllow": .ports([
                PortRange(family: 2, transport: 6, count: 1, lowest: 80)
            ]),
        ])
        #expect(
            assignments(["IPAddressDeny=any", "SocketBindDeny=any"], from: sandbox)
                == [
                    "IPAddressDeny=", "IPAddressDeny=any", "IPAddressAllow=", "SocketBindDeny=",
                    "SocketBindDeny=any", "SocketBindAllow=",
                ])
    }

    @Test("a prefix is written as unit files take it")
    func prefixes() {
        #expect(AddressPrefix.localhost.map(\.text) == ["127.0.0.0/8", "0:0:0:0:0:0:0:1/128"])
        let network = AddressPrefix(
            family: 10, bytes: [0xfe, 0x80] + Array(repeating: 0, count: 14), length: 10)
        #expect(network.text == "fe80:0:0:0:0:0:0:0/10")
    }

    private func text(_ ids: [String], from sandbox: Sandbox = Sandbox()) -> String {
        HardeningSubject(sandbox, dialect: .withSmallGroups).dropIn(
            for: Profile(ids, in: .standard)
        ).text
    }

    /// The lines of the drop-in without comments and section.
    private func assignments(_ ids: [String], from sandbox: Sandbox = Sandbox()) -> [String] {
        text(ids, from: sandbox).split(separator: "\n").map(String.init).filter {
            !$0.hasPrefix("#") && !$0.hasPrefix("[")
        }
    }
}
