import Fixtures
import Foundation
import Glibc
import Reports
import Testing

extension LiveTests {
    @Suite("a service that systemd hands its sockets, and the sockets", .serialized)
    struct SocketTests {
        private func withServer(
            _ release: Release, _ body: @Sendable (MachineInUse) async throws -> Void
        ) async throws {
            try await MachineInUse.with(release, units: HandedServer.units("mine")) { machine in
                try await machine.shell(
                    "systemctl enable --now web.socket ctl.socket; systemctl restart mine")
                var machine = machine
                machine.also = HandedServer.standing
                try await body(machine)
            }
        }

        @Test(
            "are put back after a campaign; meanwhile the copy has them",
            arguments: Release.allCases)
        func success(release: Release) async throws {
            try await withServer(release) { machine in
                let before = try await machine.standing()
                #expect(before.contains("both answer"), "\(before)")
                let run = try machine.harden(probe: HandedServer.ask, trials: 12)
                try await run.said(or: "the service as it is, run 1")
                #expect(
                    try await machine.shell(
                        "systemctl is-active mine web.socket ctl.socket | xargs")
                        == "inactive inactive inactive\n")
                let report = try await run.end()
                #expect(report.status == 0, "\(report.errors)")
                #expect(report.errors.contains("and with it ctl.socket, web.socket"))
                let result = try report.result()
                #expect(result.notCarriedOver.isEmpty)
                #expect(result.exposure.after < result.exposure.before)
                try await machine.expectStanding(like: before)
            }
        }

        @Test("one that only its first connection starts stays so", arguments: Release.allCases)
        func waiting(release: Release) async throws {
            try await withServer(release) { machine in
                let states = "systemctl is-active mine web.socket ctl.socket | xargs"
                try await machine.shell("systemctl stop web.socket ctl.socket mine")
                try await machine.shell("systemctl start web.socket ctl.socket")
                #expect(try await machine.shell(states) == "inactive active active\n")
                var machine = machine
                machine.also = states
                let before = try await machine.standing()
                let report = try await machine.harden(probe: HandedServer.ask).end()
                #expect(report.status == 0, "\(report.errors)")
                try await machine.expectStanding(like: before)
                let asked = try await machine.shell("(\(HandedServer.ask)) && echo both answer")
                #expect(asked == "both answer\n")
            }
        }

        @Test("are handed again after the manager was reloaded", arguments: Release.allCases)
        func upheavals(release: Release) async throws {
            try await withServer(release) { machine in
                let before = try await machine.standing()
                for upheaval in ["systemctl daemon-reload", "systemctl daemon-reexec"] {
                    let run = try machine.harden(probe: HandedServer.ask, trials: 4)
                    try await run.said(or: "the service as it is, run 1")
                    try await machine.shell(upheaval)
                    let report = try await run.end()
                    #expect(report.status == 0, "\(upheaval): \(report.errors)")
                    try await machine.expectStanding(like: before)
                }
            }
        }

        @Test("somebody else starts a socket: that ends it", arguments: Release.allCases)
        func foreignStart(release: Release) async throws {
            try await withServer(release) { machine in
                let before = try await machine.standing()
                // Also between two trials, when temper is about to start the next.
                for later in [0, 40, 80] {
                    machine.forgetTrials()
                    let run = try machine.harden(probe: HandedServer.ask, trials: 100)
                    try await run.said(or: "the service as it is, run 2")
                    try await Task.sleep(for: .milliseconds(later))
                    try await machine.shell("systemctl start web.socket")
                    let report = try await run.end()
                    #expect(report.status == 0, "\(report.errors)")
                    #expect(try report.result().ending == .limit)
                    try await machine.expectStanding(like: before)
                }
            }
        }

        @Test("are put back after SIGKILL at any moment", arguments: Release.allCases)
        func killed(release: Release) async throws {
            try await withServer(release) { machine in
                let before = try await machine.standing()
                #expect(before.contains("both answer"), "\(before)")
                var (killed, slowest) = (0, Duration.zero)
                for (line, later) in [(4, 0), (5, 20), (6, 0), (6, 60), (7, 0), (8, 150), (9, 5)] {
                    machine.forgetTrials()
                    let run = try machine.harden(probe: HandedServer.ask, trials: 4)
                    try await run.said(lines: line)
                    try await Task.sleep(for: .milliseconds(later))
                    if run.isRunning { killed += 1 }
                    run.signal(SIGKILL)
                    _ = try await run.end()
                    let took = try await machine.expectStanding(
                        like: before, "line \(line) and \(later) ms")
                    slowest = max(slowest, took)
                }
                print("\(release): killed \(killed) times, after \(slowest.formatted()) at most")
                #expect(killed >= 5)
            }
        }
    }
}
