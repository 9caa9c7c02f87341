import Fixtures
import Hardening
import Lab
import Systemd
import Testing
import Trials

@Suite("The place of a service on a machine in use", .serialized, .timeLimit(.minutes(5)))
struct PlaceTests {
    @Test(
        "is lost as soon as somebody starts the service, also while a copy takes long to stop",
        arguments: Release.allCases)
    func slowStop(release: Release) async throws {
        try await withLab(release) { lab, disposable in
            try await CopyTests.install(
                ["mine.service": CopyTests.deaf + "\nTimeoutStopSec=3"], in: lab)
            _ = try await lab.run(["systemctl", "start", "mine"])
            var machine = Machine(
                bus: disposable.bus, root: lab.rootPath, network: lab.networkNamespace,
                isDisposable: false)
            let service = try await Service(named: "mine.service", on: machine)
            let standIn = try await StandIn.taking(
                try await machine.surroundings(of: "mine.service"), on: machine,
                atMost: .seconds(60))
            machine.standIn = standIn
            let copies = service.on(machine).copies
            let (job, copy) = try await startedCopy(of: copies)
            #expect(job == .done)
            try await machine.holdsPlace()

            _ = try await lab.run(["systemctl", "start", "--no-block", "mine"])
            let stillActive = try await lab.run(["systemctl", "is-active", standIn.name])
            #expect(stillActive.stdout == "active\n", "its stop waits for that of the copy")
            let lost = await #expect(throws: ExperimentError.self) {
                try await machine.holdsPlace()
            }
            #expect(lost?.isPlaceLost == true, "\(String(describing: lost))")
            let refused = await #expect(throws: ExperimentError.self) {
                _ = try await copies.start(under: .unrestricted, limit: nil)
            }
            #expect(refused?.isPlaceLost == true, "\(String(describing: refused))")

            await copy.end()
            #expect(await standIn.leave(machine) == [])
            #expect(try await lab.run(["systemctl", "is-active", "mine"]).stdout == "active\n")
        }
    }
}
