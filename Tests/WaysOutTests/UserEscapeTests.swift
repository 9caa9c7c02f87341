import Fixtures
import Hardening
import Lab
import Systemd
import SystemdBus
import Testing
import WaysOut

/// The ways that only a service of a user's own manager has, with systemd 252, 257 and 262.
@Suite("A canary in a user's service", .serialized, .timeLimit(.minutes(4)))
struct UserEscapeTests {
    private static let unit = "[Service]\nType=exec\nExecStart=/bin/sleep infinity\n"

    private static let ways = WayOut.all.filter { $0.id == "own-manager" || $0.id == "own-orders" }

    @Test(
        "gets to what is the user's by each way, until what is said to close it is in force",
        arguments: [
            ("bookworm", Release.bookworm.root), ("services", Release.services),
            ("sid", Release.sid.root),
        ])
    func ways(name: String, tree: String) async throws {
        #expect(Self.ways.count == 2)
        try await withLab(root: tree) { lab, system in
            // What is written before the manager is there it need not be told of.
            func write(_ text: String, to unit: String) async throws {
                try await EscapeTests.write(text, to: "/etc/systemd/user/\(unit)", in: lab)
            }
            try await write(Self.unit, to: "escapee.service")
            let home = try await lab.run(
                ["install", "-d", "-o", "mona", "/home/mona/.config", "/home/mona/.ssh"])
            try #require(home.status == 0, "\(home)")
            let manager = try await system.manager(of: system.account("mona"))
            let base = try await Service(named: "escapee.service", on: manager)
            let bare = try await EscapeTests.states(of: "escapee.service", on: manager)
            for way in Self.ways {
                let state = bare[way.id]
                #expect(state?.isOpen == true, "\(way.id): \(String(describing: state))")
            }
            for (number, closer) in Set(Self.ways.flatMap(\.closedBy)).sorted().enumerated() {
                let unit = "closed-\(number).service"
                try await write(
                    Self.unit + EscapeTests.settings(of: closer, for: base), to: unit)
                try await manager.reload()
                let states = try await EscapeTests.states(
                    of: unit, on: manager, speaking: base.dialect)
                for way in Self.ways where way.closedBy.contains(closer) {
                    let state = states[way.id]
                    #expect(
                        state?.isOpen == false,
                        "\(way.id) under \(closer): \(String(describing: state))")
                }
            }
            await manager.bus.close()
        }
    }
}
