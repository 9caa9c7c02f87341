import Fixtures
import Foundation
import Hardening
import Lab
import Systemd
import SystemdBus
import TemperTesting
import Testing
import Trials

@Suite("Copies of a real unit", .serialized, .timeLimit(.minutes(5)))
struct CopyTests {
    /// Says that it is ready, works on /var, survives a reload.
    static let small = """
        [Service]
        Type=notify
        NotifyAccess=all
        ExecStart=/bin/sh -c 'echo up; touch /var/lib/proof || exit 3; systemd-notify --ready; exec sleep 1000'
        ExecReload=/bin/true
        """

    /// Never gets ready and does not listen to a signal.
    static let endless = """
        [Service]
        Type=notify
        ExecStart=/bin/sh -c 'trap "" TERM; while :; do sleep 1; done'
        """

    /// Works and does not listen to SIGTERM.
    static let deaf = small.replacing("echo up;", with: "trap \"\" TERM; echo up;")
        .replacing("exec sleep 1000", with: "while :; do sleep 1000; done")

    static func install(_ units: [String: String], in lab: Lab) async throws {
        for (name, text) in units {
            try text.write(
                toFile: "\(lab.rootPath)/run/systemd/system/\(name)", atomically: true,
                encoding: .utf8)
        }
        _ = try await lab.run(["systemctl", "daemon-reload"])
    }

    /// Units and processes of ours that there are in a lab.
    static func remains(in lab: Lab) async throws -> [String] {
        let units = try await lab.run([
            "systemctl", "list-units", "--all", "--plain", "--no-legend", "temper*",
        ])
        let processes = try await lab.run(["ps", "-eo", "args"])
        return
            (units.stdout.split(separator: "\n")
            + processes.stdout.split(separator: "\n").filter { $0.contains("sleep 1") })
            .map(String.init)
    }

    /// Within a moment: systemd forgets a unit that nobody holds when its control group is empty and
    /// its turn has come, and one with sockets after these.
    static func expectNothingLeft(in lab: Lab, _ comment: Comment? = nil) async throws {
        var left = try await remains(in: lab)
        for _ in 1...40 where left != [] {
            try await Task.sleep(for: .milliseconds(50))
            left = try await remains(in: lab)
        }
        #expect(left == [], comment)
    }

    @Test("a trial during which the original was started says nothing")
    func originalRuns() async throws {
        try await withLab(.trixie) { lab, machine in
            try await Self.install(["small.service": Self.small], in: lab)
            let service = try await Service(named: "small.service", on: machine)
            let copy = try await startedCopy(of: service.copies).copy
            #expect(try await copy.disturbances == [])
            _ = try await lab.run(["systemctl", "start", "small.service"])
            #expect(try await copy.disturbances == [.originalRan])
            await copy.end()
        }
    }

    @Test("a unit of which one property cannot be read is read all the same")
    func unreadableProperty() async throws {
        try await withLab(.sid) { lab, machine in
            let text = "[Service]\nExecStart=/bin/sleep 1000\nStateDirectory=proof\n"
            try await Self.install(
                ["mine.service": text + "StateDirectoryQuota=1M\nProtectHome=yes\n"], in: lab)
            let service = try await Service(named: "mine.service", on: machine)
            #expect(service.sandbox[.protectHome].value(default: "no") == "yes")
            #expect(service.declaredDirectories == ["/var/lib/proof"])
        }
    }

    @Test(
        "obey the contract that simulated ones obey",
        arguments: Release.allCases)
    func contract(release: Release) async throws {
        try await withLab(release) { lab, machine in
            try await CopyTests.install(
                [
                    "small.service": CopyTests.small, "endless.service": CopyTests.endless,
                    "deaf.service": CopyTests.deaf,
                ], in: lab)
            let service = try await Service(named: "small.service", on: machine)
            let endless = try await Service(named: "endless.service", on: machine)
            let deaf = try await Service(named: "deaf.service", on: machine)
            let fixture = ServiceContract.Fixture(
                service: service.copies,
                breaking: Profile(["ProtectSystem=strict"], in: .standard),
                endless: endless.copies, deaf: deaf.copies, restless: service.copies,
                reloadManager: { _ = try await lab.run(["systemctl", "daemon-reload"]) },
                remains: { try await CopyTests.remains(in: lab) })
            for clause in ServiceContract.allCases {
                do { try await clause.check(fixture) } catch {
                    Issue.record("\(clause.rawValue): \(error)")
                }
            }
            try await CopyTests.expectNothingLeft(in: lab)
        }
    }

    @Test("the real unit obeys what of the contract does not need another sandbox")
    func realUnit() async throws {
        try await withLab(.trixie) { lab, machine in
            try await CopyTests.install(["small.service": CopyTests.small], in: lab)
            let real = try await Service(named: "small.service", on: machine).real
            let fixture = ServiceContract.Fixture(
                service: real, breaking: .unrestricted, endless: real, deaf: real, restless: real,
                remains: { [] })
            for clause in [
                ServiceContract.starts, .stops, .reloads, .startsAgain, .isManned, .hasHelpers,
                .endsVisibly, .speaks, .isUndisturbed, .isRepeatable,
            ] {
                do { try await clause.check(fixture) } catch {
                    Issue.record("\(clause.rawValue): \(error)")
                }
            }
            try await CopyTests.expectNothingLeft(in: lab)
        }
    }

    @Test("the real unit's lines are those of its own run")
    func ownLines() async throws {
        try await withLab(.trixie) { lab, machine in
            try await CopyTests.install(
                [
                    "teller.service": """
                    [Service]
                    ExecStart=/bin/sh -c 'echo run-$$$$; exec sleep 1000'
                    """
                ], in: lab)
            let real = try await Service(named: "teller.service", on: machine).real
            var runs: [[String]] = []
            for _ in 0..<2 {
                let copy = try await startedCopy(of: real).copy
                try await Task.sleep(for: .milliseconds(500))
                runs.append(
                    try await copy.log().map(\.message).filter { $0.hasPrefix("run-") })
                await copy.end()
            }
            #expect(runs.map(\.count) == [1, 1] && runs[0] != runs[1], "\(runs)")
        }
    }

    @Test("a trial that is cancelled leaves nothing behind")
    func cancelled() async throws {
        try await withLab(.trixie) { lab, machine in
            try await CopyTests.install(["small.service": CopyTests.small], in: lab)
            let service = try await Service(named: "small.service", on: machine)
            for milliseconds in [0, 1, 2, 3, 5, 8, 10, 30, 60, 120, 250] {
                let task = Task {
                    let procedure = TrialProcedure(
                        service: service.copies,
                        probes: [CommandProbe(command: "sleep 1001", on: machine)],
                        canReload: true, settle: .seconds(1))
                    return try await procedure.run(TrialSpec(.unrestricted, .asItIs))
                }
                try await Task.sleep(for: .milliseconds(milliseconds))
                task.cancel()
                let error = await #expect(throws: ExperimentError.self) { try await task.value }
                #expect(error?.isInterruption == true)
                try await CopyTests.expectNothingLeft(in: lab, "cancelled after \(milliseconds) ms")
            }
        }
    }

    @Test("a service that ignores every signal but the last is ended all the same")
    func stubborn() async throws {
        try await withLab(.trixie) { lab, machine in
            try await CopyTests.install(["deaf.service": CopyTests.deaf], in: lab)
            let copies = try await Service(named: "deaf.service", on: machine).copies
            let (job, copy) = try await startedCopy(of: copies)
            #expect(job == .done)
            await copy.end()
            try await CopyTests.expectNothingLeft(in: lab)
        }
    }
}
