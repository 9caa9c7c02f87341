import Systemd
import SystemdBus
import Testing

@Suite("A blueprint", .timeLimit(.minutes(5)))
struct BlueprintTests {
    @Test("of a service without settings is its type and its command")
    func sendsOnlyDifferences() throws {
        let sent = try SmallService().blueprint().properties.map(Sent.init)
        #expect(
            sent == [
                Sent("Type", .string("exec")),
                Sent(
                    "ExecStartEx",
                    .array(
                        element: "(sasas)",
                        [
                            .structure([
                                .string("/bin/small"), .strings(["/bin/small"]), .strings([]),
                            ])
                        ])),
            ])
    }

    @Test("starts a type whose job is done too early as exec", arguments: ["simple", "idle"])
    func startsAsExec(type: String) throws {
        let blueprint = try SmallService(changes: ["Type": .string(type)]).blueprint()
        #expect(blueprint.facts.type.rawValue == type)
        #expect(blueprint.facts.startedAs == .exec)
        #expect(blueprint.properties.first.map(Sent.init) == Sent("Type", .string("exec")))
    }

    @Test("leaves simple as it is where PAM would hold an exec service up")
    func leavesSimpleWithPAM() throws {
        let service = SmallService(
            version: 252, changes: ["Type": .string("simple"), "PAMName": .string("login")])
        #expect(try service.blueprint().facts.startedAs == .simple)
        var newer = service
        newer.version = 257
        #expect(try newer.blueprint().facts.startedAs == .exec)
    }

    @Test("of a dbus service keeps the bus name as a fact and names it")
    func keepsBusNameAsFact() throws {
        let service = SmallService(
            changes: ["Type": .string("dbus"), "BusName": .string("org.example.Small")])
        #expect(try service.blueprint().facts.busName == "org.example.Small")
        #expect(try service.sent() == [])
        #expect(try service.named() == ["BusName=org.example.Small"])
    }

    @Test("sends nothing for a tri-state that reads false, even where bare reads true")
    func sendsTristatesOnlyWhenTrue() throws {
        let off = SmallService(
            changes: ["MemoryKSM": .bool(false)], bareChanges: ["MemoryKSM": .bool(true)])
        #expect(try off.sent() == [])
        let on = SmallService(changes: ["MemoryKSM": .bool(true)])
        #expect(try on.sent() == [Sent("MemoryKSM", .bool(true))])
    }

    @Test("sends the Ex property and not the boolean that would overrule it")
    func prefersExProperties() throws {
        let changes: [String: BusValue] = [
            "PrivateTmp": .bool(true), "PrivateTmpEx": .string("disconnected"),
        ]
        #expect(
            try SmallService(changes: changes).sent()
                == [Sent("PrivateTmpEx", .string("disconnected"))])
        #expect(
            try SmallService(version: 252, changes: ["PrivateTmp": .bool(true)]).sent()
                == [Sent("PrivateTmp", .bool(true))])
    }

    @Test("sends both limits where only the soft one differs")
    func sendsLimitsInPairs() throws {
        let hard = try #require(SmallService().reading()["LimitNOFILE"])
        let service = SmallService(changes: ["LimitNOFILESoft": .uint64(512)])
        #expect(
            try service.sent() == [
                Sent("LimitNOFILE", hard), Sent("LimitNOFILESoft", .uint64(512)),
            ])
    }

    @Test("sends the abort timeout only where it is not the stop timeout")
    func sendsAbortTimeoutOnlyWhenSet() throws {
        let same = SmallService(
            changes: ["TimeoutStopUSec": .uint64(5), "TimeoutAbortUSec": .uint64(5)])
        #expect(try same.sent() == [Sent("TimeoutStopUSec", .uint64(5))])
        let own = SmallService(changes: ["TimeoutAbortUSec": .uint64(7)])
        #expect(try own.sent() == [Sent("TimeoutAbortUSec", .uint64(7))])
    }

    @Test(
        "takes an unset watchdog, before a start and after, for what it is",
        arguments: [0, UInt64.max])
    func ignoresUnsetWatchdog(value: UInt64) throws {
        #expect(try SmallService(changes: ["WatchdogUSec": .uint64(value)]).sent() == [])
    }

    @Test(
        "reads the watchdog of a service that never ran in its files, of which the last counts",
        arguments: [
            (["WatchdogSec=20s"], 20_000_000),
            (["WatchdogSec=20s", "WatchdogSec=1min 30s"], 90_000_000),
            (["WatchdogSec=20s", "WatchdogSec=0"], nil),
            (["WatchdogSec=20s", "WatchdogSec="], nil),
            (["WatchdogSec=infinity"], nil),
        ] as [([String], UInt64?)])
    func readsWatchdog(lines: [String], expected: UInt64?) throws {
        let service = SmallService(
            changes: ["WatchdogUSec": .uint64(.max)],
            text: (["[Service]"] + lines).joined(separator: "\n"))
        #expect(try service.sent() == (expected.map { [Sent("WatchdogUSec", .uint64($0))] } ?? []))
    }

    @Test("sends a missing-ok working directory with the prefix that the setter takes")
    func rewritesWorkingDirectory() throws {
        let service = SmallService(changes: ["WorkingDirectory": .string("!/srv")])
        #expect(try service.sent() == [Sent("WorkingDirectory", .string("-/srv"))])
    }

    @Test("widens a terminal size, which is read as q and set as u")
    func widensTerminalSize() throws {
        let service = SmallService(changes: ["TTYRows": .uint16(30)])
        #expect(try service.sent() == [Sent("TTYRows", .uint32(30))])
    }

    @Test("sends a SELinux context and names that its failure is no longer ignored")
    func namesIgnoredSELinuxFailure() throws {
        let service = SmallService(
            changes: ["SELinuxContext": .structure([.bool(true), .string("a:b:c")])])
        #expect(try service.sent() == [Sent("SELinuxContext", .string("a:b:c"))])
        #expect(try service.named() == ["SELinuxContext=-a:b:c"])
    }

    @Test(
        "names the prefix that systemd 262 drops from a transient command", arguments: [257, 262])
    func namesAmbientFlag(version: Int) throws {
        let commands = BusValue.commands([["/bin/small", "x"]], flags: ["ambient"])
        let service = SmallService(version: version, changes: ["ExecStopEx": commands])
        #expect(try service.named() == (version == 262 ? ["ExecStop=!!/bin/small x"] : []))
        #expect(try service.sent().map(\.name) == ["ExecStopEx"])
    }

    @Test("delegates exactly the controllers of the original")
    func delegatesExactly() throws {
        let service = SmallService(
            changes: ["Delegate": .bool(true), "DelegateControllers": .strings(["cpu"])])
        #expect(try service.sent() == [Sent("DelegateControllers", .strings(["cpu"]))])
        let none = SmallService(changes: ["Delegate": .bool(true)])
        #expect(try none.sent() == [Sent("DelegateControllers", .strings([]))])
    }

    @Test("leaves out the devices that other settings add and puts the others in order")
    func leavesImpliedDevicesOut() throws {
        func devices(_ names: [(String, String)]) -> BusValue {
            .array(element: "(ss)", names.map { .structure([.string($0.0), .string($0.1)]) })
        }
        let read = devices([("char-rtc", "r"), ("/dev/b", "r"), ("/dev/a", "rw")])
        let clock = SmallService(changes: ["ProtectClock": .bool(true), "DeviceAllow": read])
        #expect(
            try clock.sent().last
                == Sent("DeviceAllow", devices([("/dev/a", "rw"), ("/dev/b", "r")])))
        let plain = SmallService(changes: ["DeviceAllow": read])
        #expect(
            try plain.sent()
                == [
                    Sent(
                        "DeviceAllow",
                        devices([("/dev/a", "rw"), ("/dev/b", "r"), ("char-rtc", "r")]))
                ])
    }

    @Test("preserves the runtime directory that a running original needs")
    func preservesSharedRuntimeDirectory() throws {
        var service = SmallService(changes: ["RuntimeDirectory": .strings(["small"])])
        #expect(try service.sent().map(\.name) == ["RuntimeDirectory"])
        service.originalStaysUp = true
        #expect(try service.sent().last == Sent("RuntimeDirectoryPreserve", .string("yes")))
        #expect(try service.named() == ["RuntimeDirectoryPreserve=no"])
    }

    @Test("sends only the directories that have a symlink or a flag as such")
    func filtersDirectorySymlinks() throws {
        func entry(_ directory: String, _ link: String) -> BusValue {
            .structure([.string(directory), .string(link), .uint64(0)])
        }
        let service = SmallService(changes: [
            "StateDirectory": .strings(["a", "b"]),
            "StateDirectorySymlink": .array(element: "(sst)", [entry("a", ""), entry("b", "c")]),
        ])
        #expect(
            try service.sent() == [
                Sent("StateDirectory", .strings(["a", "b"])),
                Sent("StateDirectorySymlink", .array(element: "(sst)", [entry("b", "c")])),
            ])
    }

    @Test("sends of a list only what a drop-in for all services does not add anyway")
    func sendsOnlyAddedElements() throws {
        let service = SmallService(
            changes: ["Environment": .strings(["ALL=1", "OWN=2"])],
            bareChanges: ["Environment": .strings(["ALL=1"])])
        #expect(try service.sent() == [Sent("Environment", .strings(["OWN=2"]))])
    }

    @Test("names what a drop-in for all services overrules")
    func namesOverruled() throws {
        let path = "/etc/systemd/system/service.d/all.conf"
        let service = SmallService(
            changes: ["UMask": .uint32(0o077)],
            bareChanges: ["UMask": .uint32(0o027), "DropInPaths": .strings([path])],
            bareFiles: [UnitFile(path: path, text: "[Service]\nUMask=0027\n")])
        #expect(try service.named() == ["UMask=077"])
    }

    @Test("names a property that this version does not know, and does not send it")
    func namesUnknownProperties() throws {
        let service = SmallService(changes: [
            "BrandNewSetting": .bool(true), "Nice": .string("now a word"),
        ])
        #expect(try service.sent() == [])
        #expect(try service.named() == ["Nice=now a word", "BrandNewSetting=yes"])
    }

    @Test("names restarts, conditions and actions in the words of unit files")
    func namesWithheldSettings() throws {
        let condition = BusValue.structure([
            .string("ConditionPathExists"), .bool(true), .bool(true), .string("/x"), .int32(0),
        ])
        let service = SmallService(changes: [
            "Restart": .string("always"), "RestartUSec": .uint64(3_000_000),
            "FailureAction": .string("reboot"), "JobTimeoutUSec": .uint64(1500),
            "Conditions": .array(element: "(sbbsi)", [condition]),
            "PartOf": .strings(["whole.service"]), "TriggeredBy": .strings(["small.timer"]),
        ])
        #expect(try service.sent() == [])
        #expect(
            try service.named() == [
                "Restart=always", "RestartSec=3s", "FailureAction=reboot",
                "ConditionPathExists=|!/x", "PartOf=whole.service", "JobTimeoutSec=1500us",
            ])
        #expect(try service.blueprint().facts.otherTriggers == ["small.timer"])
    }

    @Test("is refused for a unit that is not loaded, with what to do")
    func refusesMissingUnit() throws {
        let service = SmallService(changes: ["LoadState": .string("masked")])
        let error = #expect(throws: BlueprintError.self) { try service.blueprint() }
        #expect(error == .notLoaded(unit: "small.service", state: "masked"))
        #expect(error?.description.contains("systemctl status small.service") == true)
    }

    @Test("is refused where the bare unit has other defaults")
    func refusesForeignBareUnit() {
        let service = SmallService(changes: ["Type": .string("oneshot")])
        #expect(throws: BlueprintError.bareUnitOfOtherType(expected: .oneshot, found: "exec")) {
            try service.blueprint()
        }
    }
}
