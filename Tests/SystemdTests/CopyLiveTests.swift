import Fixtures
import Hardening
import Lab
import SystemdBus
import Testing
import Trials

@testable import Systemd

/// The copy of a real service against the service itself, on each systemd.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct CopyLiveTests {
    @Test(
        "An unrestricted copy reads as its original, property by property",
        arguments: Release.allCases)
    func readsAsItsOriginal(release: Release) async throws {
        try await withLab(release) { lab, machine in
            let units = [
                "nginx.service", "redis-server.service", "memcached.service", "ssh.service",
                "cron.service", "rsyslog.service", release.postgresql,
            ]
            for unit in units {
                // The original is read while it runs, as the copy is; then it makes room.
                let started = try await machine.bus.startUnit(unit)
                #expect(started == .done, "\(unit) does not start")
                let original = try await machine.reading(of: unit)
                _ = try await machine.bus.stopUnit(unit)

                let service = try await Service(named: unit, on: machine)
                let (job, copy) = try await startedCopy(of: service.copies)
                #expect(job == .done, "the copy of \(unit) does not start")
                let reading = try await machine.reading(
                    of: try #require(copy as? TransientCopy).name)
                let differences = differences(original: original, copy: reading)
                #expect(differences == [], "\(unit)")
                await copy.end()
            }
        }
    }

    @Test("Ending a copy leaves nothing of it behind", arguments: Release.allCases)
    func leavesNothing(release: Release) async throws {
        try await withLab(release) { lab, machine in
            let service = try await Service(named: "nginx.service", on: machine)
            for _ in 0..<3 {
                await (try await startedCopy(of: service.copies)).copy.end()
            }
            let units = try await lab.run(["systemctl", "list-units", "--all", "temper*"])
            #expect(units.stdout.contains("0 loaded units"), "\(units.stdout)")
            let processes = try await lab.run(["sh", "-c", "cat /proc/[0-9]*/comm"])
            #expect(!processes.stdout.contains("nginx"))
        }
    }
}
