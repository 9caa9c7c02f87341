import Fixtures
import Hardening
import KernelWatch
import Lab
import Testing

@testable import Systemd
@testable import SystemdBus
@testable import Trials

@Suite("What a copy does on the system bus", .serialized, .timeLimit(.minutes(5)))
struct BusWatchTests {
    private static let manager = "org.freedesktop.systemd1"

    @Test("is heard, and nothing that others do there", arguments: Release.allCases)
    func heard(release: Release) async throws {
        try await withLab(release) { lab, machine in
            var machine = machine
            machine.kernel = try KernelWatch(below: try #require(machine.rootControlGroup))
            let ask =
                "busctl --system call \(Self.manager) /org/freedesktop/systemd1 "
                + "\(Self.manager).Manager"
            try await lab.writeUnit(
                "asking.service",
                """
                [Service]
                ExecStart=/bin/sh -c '\(ask) GetUnit s dbus.service; \
                \(ask) NoSuchMethod; >/run/asked; exec sleep 1000'
                """)
            let service = try await Service(named: "asking.service", on: machine)

            /// What a copy was seen to do once it asked, and others did.
            func uses(
                of copies: TransientService, besides others: () async throws -> Void = {}
            ) async throws -> Set<BusUse> {
                _ = try await lab.run(["rm", "-f", "/run/asked"])
                let copy = try await startedCopy(of: copies).copy
                for _ in 1...200 where try await lab.run(["test", "-e", "/run/asked"]).status != 0 {
                    try await Task.sleep(for: .milliseconds(20))
                }
                try await others()
                let seen = ObservedUsage(try await copy.accesses(), sandbox: service.sandbox)
                await copy.end()
                return seen.onBus
            }
            let all: Set<BusUse> = [
                .calls("Manager.GetUnit", of: Self.manager),
                .calls("Manager.NoSuchMethod", of: Self.manager),
            ]
            // Whoever asks from outside of the lab is nobody whom its bus can name.
            let alone = try await uses(of: service.copies.closer) {
                _ = try await machine.managerProperty("Version")
            }
            #expect(alone == all)
            // Somebody else may be gone before it is asked who that was, as may the copy's own.
            let beside = try await uses(of: service.copies.closer) {
                _ = try await lab.run(["/bin/sh", "-c", "\(ask) ListUnits"])
            }
            #expect(beside.isSubset(of: all))
            #expect(try await uses(of: service.copies) == [])
        }
    }

    @Test("a call is a use of whom it is made to")
    func words() {
        func use(
            _ destination: String, _ interface: String, _ member: String,
            _ arguments: [BusValue] = []
        ) -> BusUse? {
            BusUse(
                HeardCall(
                    sender: ":1.4", caller: .gone, destination: destination, interface: interface,
                    member: member, arguments: arguments), [":1.9": "org.example.Named"])
        }
        let bus = "org.freedesktop.DBus"
        #expect(
            use("org.freedesktop.login1", "org.freedesktop.login1.Manager", "CreateSession")
                == .calls("Manager.CreateSession", of: "org.freedesktop.login1"))
        #expect(
            use(":1.9", "org.freedesktop.DBus.Properties", "Get")
                == .calls("org.freedesktop.DBus.Properties.Get", of: "org.example.Named"))
        #expect(use(":1.8", "", "Do") == .calls("Do", of: "a connection"))
        #expect(
            use(bus, bus, "RequestName", [.string("org.example.Own"), .uint32(4)])
                == .owns("org.example.Own"))
        let signals = "type='signal',sender='org.freedesktop.login1',member='PrepareForSleep'"
        #expect(use(bus, bus, "AddMatch", [.string(signals)]) == .hears("org.freedesktop.login1"))
        // What the bus itself tells is everybody's, as are its own methods.
        for rule in ["type='signal',sender='\(bus)'", "type='signal'", "sender=':1.3'", ""] {
            #expect(use(bus, bus, "AddMatch", [.string(rule)]) == nil)
        }
        #expect(use(bus, bus, "Hello") == nil)
        #expect(use(bus, bus, "GetNameOwner", [.string("org.example.Named")]) == nil)
        #expect(use(bus, bus, "RequestName", [.uint32(4)]) == nil)
        #expect(use(bus, bus, "RequestName", [.string("\u{1b}[2J.a")]) == nil)
    }
}
