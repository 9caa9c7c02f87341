import Foundation
import Hardening
import Testing
import Trials

@testable import Reports

@Suite("What probe tells") struct ProbeReportTests {
    private static let up = UnitState(
        type: "exec", active: "active", sub: "running", result: "success")
    private static let http = "GET http://127.0.0.1/"

    private static func check(_ began: Int, _ ended: Int, _ outcome: CheckOutcome = .healthy)
        -> ProbeCheck
    {
        ProbeCheck(began: .milliseconds(began), ended: .milliseconds(ended), outcome: outcome)
    }

    private static func report(
        _ observations: [Observation], _ checks: [[ProbeCheck]], successes: Int = 1
    ) -> ProbeReport {
        var timing = Trial.Timing()
        (timing.start, timing.whole) = (42_000, 250_000)
        let trial = Trial(
            number: 1, purpose: .asItIs, profile: .unrestricted, began: 0, microseconds: timing,
            observations: [.job(.start, result: .done), .unit(.start, up)] + observations,
            baseline: .unknown)
        return ProbeReport(
            unit: "x.service", root: "/srv/tree", systemd: "257.13", trial: trial, checks: checks,
            successes: successes, warnings: ["no probe asked"], commands: ["temper lab up look"])
    }

    private static let seen: [Observation] = [
        .footprint(
            Footprint(
                listeners: ["tcp 0.0.0.0:80"],
                sockets: ["/run/x.sock": .init(user: 0, group: 33, mode: 0o660)],
                labels: ["x_t"], names: ["org.x.X"],
                files: ["/run/x.pid": .init(user: 0, group: 0, mode: 0o644)])),
        .processSet(ProcessSet(["x": 1, "y": 3])),
    ]

    /// With every key that there is.
    static var failing: ProbeReport {
        report(
            [
                .unit(.ready, up),
                .probe(.ready, name: http, .healthy), .probe(.ready, name: "ping", .healthy),
                .skipped(.reload, why: "the unit has no reload"),
                .probe(.reloaded, name: http, .unhealthy("HTTP \(Sample.nasty)")),
            ] + seen
                + [.log(LogLine(priority: 3, source: "x", message: "what a pity"))],
            [
                [
                    check(0, 10, .unhealthy("connection refused")), check(60, 65),
                    check(100, 103, .unhealthy("HTTP")), check(150, 157, .unhealthy("HTTP")),
                ], [check(70, 90)],
            ])
    }

    @Test("each probe has its checks of each moment, by its place and not by its name")
    func times() {
        let asked = Self.failing.probes
        #expect(asked.map(\.probe) == [Self.http, "ping", Self.http])
        #expect(asked.map(\.stage) == [.ready, .ready, .reloaded])
        #expect(asked.map(\.checks) == [2, 1, 2])
        #expect(asked.map(\.milliseconds) == [65, 20, 57])
        #expect(asked.map(\.lastMilliseconds) == [5, 20, 7])
        #expect(asked.map(\.answer) == [.healthy, .healthy, .unhealthy])
        let twice = Self.report(
            [.probe(.ready, name: "a", .healthy), .probe(.reloaded, name: "a", .healthy)],
            [[Self.check(0, 1), Self.check(2, 3), Self.check(10, 11), Self.check(12, 14)]],
            successes: 2)
        #expect(twice.probes.map(\.milliseconds) == [3, 4])
    }

    @Test("where it passes, as a whole screen")
    func passing() {
        let report = Self.report(
            [.unit(.ready, Self.up), .probe(.ready, name: Self.http, .healthy)] + Self.seen
                + [.skipped(.reload, why: "the unit has no reload")],
            [[Self.check(0, 10, .unhealthy("connection refused")), Self.check(60, 65)]])
        #expect(report.log.isEmpty && report.commands.isEmpty)
        #expect(
            ProbeText(report, isColoured: false, width: 80).text == """
                x.service, started once as it is in 42 ms, passes
                no probe asked

                Probes
                  GET http://127.0.0.1/ holds  after 65 ms, 2 checks, the last of 5 ms

                What harden would hold it to besides
                  listens on tcp 0.0.0.0:80
                  keeps /run/x.pid (0:0, mode 0644), /run/x.sock (0:33, mode 0660)
                  owns on the bus org.x.X
                  has the label x_t
                  runs x, 3 y

                Not part of it
                  reload: the unit has no reload

                """)
    }

    @Test("where it fails, who is at fault and how to see it")
    func screen() {
        let text = ProbeText(Self.failing, isColoured: false, width: 80).text
        #expect(
            text.hasPrefix(
                """
                x.service, started once as it is in 42 ms, does not pass: GET
                """), "\(text)")
        #expect(text.contains("\nThe service is up; it is the probe that fails.\n"))
        #expect(text.contains("\n  x: what a pity\n"))
        #expect(text.contains("\nTo see it yourself\n  temper lab up look\n"))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
        let dead = Self.report(
            [
                .unit(
                    .start,
                    UnitState(type: "exec", active: "failed", sub: "failed", result: "exit-code"))
            ], [])
        #expect(!dead.isUp)
        #expect(
            ProbeText(dead, isColoured: false).text
                .contains("\nThe service itself fails, whatever the probes ask.\n"))
    }
}
