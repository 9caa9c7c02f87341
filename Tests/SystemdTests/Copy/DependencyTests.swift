import Systemd
import SystemdBus
import Testing

@Suite("Of its dependencies a copy has", .timeLimit(.minutes(5)))
struct DependencyTests {
    @Test("the units that the original names, without defaults, slices and itself")
    func foreignUnits() throws {
        let bare = try RecordedMachine(systemd: 257).bare().strings("After")
        let service = SmallService(changes: [
            "After": .strings(bare + ["network.target", "own.slice", "small.service"])
        ])
        #expect(try service.sent() == [Sent("After", .strings(["network.target"]))])
    }

    @Test("none of the sockets and timers that would start the original")
    func noOwnTriggers() throws {
        let service = SmallService(changes: [
            "Requires": .strings(["small.socket", "db.service"]),
            "After": .strings(["small.socket", "small.timer"]),
            "TriggeredBy": .strings(["small.socket", "small.timer"]),
        ])
        #expect(try service.sent() == [Sent("Requires", .strings(["db.service"]))])
        #expect(try service.named() == ["Sockets=small.socket"])
        #expect(try service.blueprint().facts.sockets == ["small.socket"])
    }

    @Test("no required unit that is missing, but the user is told")
    func noMissingUnits() throws {
        let units = BusValue.strings(["gone.service", "there.service"])
        let service = SmallService(
            changes: ["Requires": units, "Wants": units], missingUnits: ["gone.service"])
        #expect(
            try service.sent() == [
                Sent("Requires", .strings(["there.service"])), Sent("Wants", units),
            ])
        #expect(try service.named() == ["Requires=gone.service"])
    }

    @Test("also those that would be defaults, where the original has no defaults")
    func formerDefaults() throws {
        let service = SmallService(changes: [
            "DefaultDependencies": .bool(false), "After": .strings(["basic.target"]),
            "Requires": .strings([]), "Before": .strings([]),
        ])
        #expect(
            try service.sent() == [
                Sent("DefaultDependencies", .bool(false)),
                Sent("After", .strings(["basic.target"])),
            ])
    }
}

extension UnitReading {
    fileprivate func strings(_ name: String) -> [String] { self[name]?.strings ?? [] }
}
