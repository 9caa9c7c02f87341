import Fixtures
import Systemd
import Testing

@Suite("What a package does to its service", .serialized, .timeLimit(.minutes(2)))
struct UpkeepTests {
    /// The package has the timer, and the link by which it is enabled.
    @Test("is done once for each of its timers, by the system's manager")
    func timers() async throws {
        try await withLab(.trixie) { lab, machine in
            let service = try await Service(named: "systemd-logind.service", on: machine)
            let timers = service.upkeep.filter { $0.name.hasPrefix("timer ") }
            #expect(timers.map(\.name) == ["timer (systemd-tmpfiles-clean.timer)"])
            #expect(timers.map(\.command) == ["systemctl start systemd-tmpfiles-clean.service"])
        }
    }
}
