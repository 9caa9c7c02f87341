import Fixtures
import Foundation
import Glibc
import Reports
import Testing

extension LiveTests {
    @Suite("a service is put back as it was", .serialized)
    struct PutBackTests {
        private static let foundNothing =
            "the time that the service may be down is over, and nothing was found out by then"

        @Test("after a campaign", arguments: Release.allCases)
        func success(release: Release) async throws {
            try await MachineInUse.with(release) { machine in
                let before = try await machine.standing()
                let main = try await machine.shell("systemctl show mine -p MainPID")
                let report = try await machine.harden(trials: 12).end()
                #expect(report.status == 0, "\(report.errors)")
                #expect(try await machine.standing() == before)
                #expect(try await machine.shell("systemctl show mine -p MainPID") != main)
                let result = try report.result()
                #expect(result.exposure.after < result.exposure.before)
                #expect(!result.verified)
                #expect(!result.dropIn.contains("User=") && !result.dropIn.contains("UMask="))
                #expect(result.skipped.contains { $0.what.contains("DynamicUser") })
                let downtime = try #require(result.downtime)
                #expect(downtime.seconds > 0 && downtime.seconds < downtime.limit)
                #expect(report.errors.contains("will be down for about"))
                #expect(report.errors.contains("runs again as before"))
            }
        }

        @Test("with what starts it and what hangs on it; one that did not run stays so")
        func household() async throws {
            let units = [
                "mine.timer": "[Timer]\nOnCalendar=2040-01-01\n",
                "client.service": """
                [Unit]
                Requires=mine.service
                After=mine.service
                [Service]
                ExecStart=/bin/sleep 1000
                """,
            ]
            try await MachineInUse.with(.trixie, units: units) { machine in
                try await machine.shell("systemctl start mine.timer client")
                let states = "systemctl is-active mine.timer client mine | xargs"
                let run = try machine.harden()
                try await run.said(or: "the service as it is, run 1")
                #expect(try await machine.shell(states) == "inactive inactive inactive\n")
                let report = try await run.end()
                #expect(report.status == 0, "\(report.errors)")
                #expect(report.errors.contains("and with it mine.timer, client.service"))
                #expect(try await machine.shell(states) == "active active active\n")

                try await machine.shell("systemctl stop mine.timer client mine")
                let before = try await machine.standing()
                let second = try await machine.harden().end()
                #expect(second.status == 0, "\(second.errors)")
                #expect(try second.result().downtime == nil)
                #expect(try await machine.standing() == before)
                #expect(try await machine.shell(states) == "inactive inactive inactive\n")
            }
        }

        @Test("when the time that it may be down is over, with the best so far")
        func downtime() async throws {
            try await MachineInUse.with(.trixie) { machine in
                let before = try await machine.standing()
                let slow = "sleep 1.6; test -e /run/mine/pid"
                // All trials need over a minute; on a busy machine the first ones need half of one.
                var limit = 18.0
                func harden() async throws -> BuiltProduct.Report {
                    try await machine.harden(probe: slow, trials: 100, downtime: limit).end()
                }
                var report = try await harden()
                while report.errors.contains(PutBackTests.foundNothing), limit < 40 {
                    #expect(report.status == 2)
                    #expect(try await machine.standing() == before)
                    machine.forgetTrials()
                    limit *= 1.5
                    report = try await harden()
                }
                try #require(report.status == 0, "\(report.errors)")
                let result = try report.result()
                let downtime = try #require(result.downtime)
                #expect(
                    result.ending == .limit && result.trials >= 2,
                    "\(result.ending) \(result.trials) \(downtime)")
                #expect(downtime.limit == limit && downtime.seconds < limit + 3)
                #expect(try await machine.standing() == before)
            }
        }

        @Test("when that time is over before anything was found out")
        func tooShort() async throws {
            try await MachineInUse.with(.trixie) { machine in
                let before = try await machine.standing()
                let slow = "sleep 5; test -e /run/mine/pid"
                let report = try await machine.harden(probe: slow, downtime: 7).end()
                #expect(report.status == 2)
                #expect(
                    report.errors.contains(
                        PutBackTests.foundNothing + "; allow more than 7.0 s (--max-downtime)"),
                    "\(report.errors)")
                #expect(try await machine.standing() == before)
            }
        }

        @Test("when the service fails in every copy")
        func baseline() async throws {
            try await MachineInUse.with(.trixie) { machine in
                let before = try await machine.standing()
                let report = try await machine.harden(probe: "exit 1").end()
                #expect(report.status == 2)
                #expect(report.errors.contains("its probe fails without any restriction"))
                #expect(try await machine.standing() == before)
            }
        }
    }
}
