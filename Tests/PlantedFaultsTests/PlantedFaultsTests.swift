import Fixtures
import Foundation
import Hardening
import KernelWatch
import Lab
import Systemd
import Testing
import Trials

@Suite("Faults planted in copies of a small service", .timeLimit(.minutes(5)))
struct PlantedFaultsTests {
    static let faults =
        PlantedFault.inLife + PlantedFault.inCommands + PlantedFault.inProcesses
        + PlantedFault.inNoise + PlantedFault.inSilence

    /// What none of them minds: so that a pass is not due to nothing being restricted.
    static let harmless = [
        "CapabilityBoundingSet=~CAP_SYS_TIME", "CapabilityBoundingSet=~CAP_SYSLOG",
        "SystemCallFilter=~@reboot", "SystemCallFilter=~@swap",
    ]

    @Test("are told apart by their names, and need restrictions that there are")
    func catalogue() {
        let faults = PlantedFaultsTests.faults
        #expect(faults.count >= 63)
        #expect(Set(faults.map(\.name)).count == faults.count)
        for id in faults.flatMap(\.restrictions) + PlantedFaultsTests.harmless {
            #expect(Catalogue.standard[id] != nil, "\(id)")
        }
    }

    @Test("are each refused for the right reason or flagged; none passes silently")
    func planted() async throws {
        try await withLab(.trixie) { lab, machine in
            // As the product does: what ends at once has no name but the kernel's.
            var machine = machine
            machine.kernel = try KernelWatch(below: try #require(machine.rootControlGroup))
            try await PlantedFaultsTests.plant(in: lab)
            var (refused, flagged, silent) = (0, 0, 0)
            for fault in PlantedFaultsTests.faults {
                let fixture = try await FaultFixture(fault, on: machine)
                // Without the restriction all is well, so that it is the restriction that tells.
                let control = try await fixture.trial([])
                #expect(control.verdict == .passed, "\(fault.name)")
                #expect(
                    control.suspicions(against: fixture.baseline).map(\.line) == [], "\(fault.name)"
                )
                let trial = try await fixture.trial(fault.restrictions)
                let suspicions = trial.suspicions(against: fixture.baseline).map(\.line)
                let found = "\(fault.name), \(fault.story): \(trial.verdict) \(suspicions)"
                switch (trial.verdict, fault.expectation) {
                case (.failed(let why), .refused(let words)):
                    refused += 1
                    #expect(words.contains(where: why.contains), "\(found)")
                case (.passed, .flagged(let words)) where !suspicions.isEmpty:
                    flagged += 1
                    #expect(suspicions.contains { $0.contains(words) }, "\(found)")
                case (.passed, _) where suspicions.isEmpty:
                    silent += 1
                    Issue.record("silent: \(found)")
                default:
                    Issue.record("\(found)")
                }
                if case .flagged = fault.expectation {
                    try await expectStrictness(fixture, trial)
                }
            }
            print(
                "\(PlantedFaultsTests.faults.count) planted, \(refused) refused, "
                    + "\(flagged) flagged, \(silent) silent")
            #expect(silent == 0)
        }
    }

    /// With `--strict-logs` what was flagged is refused, judged from the same observations.
    private func expectStrictness(_ fixture: FaultFixture, _ trial: Trial) async throws {
        var strict = fixture.baseline
        strict.isStrict = true
        let verdict = Verdict(of: trial.observations, baseline: strict)
        guard case .failed(let why) = verdict else {
            Issue.record("not strict: \(verdict)")
            return
        }
        #expect(why.hasPrefix("new in its journal: "))
    }

    private static func plant(in lab: Lab) async throws {
        let root = lab.rootPath
        func write(_ text: String, _ path: String) throws {
            try text.write(toFile: root + path, atomically: true, encoding: .utf8)
        }
        try write(FaultyServer.program, "/srv/serve.pl")
        try write(FaultyServer.question, "/srv/ask.pl")
        try write("x\n", "/home/fault.conf")
        try write("x\n", "/root/fault.conf")
        for fault in faults {
            try write(fault.acts + "\n1;\n", "/srv/fault-\(fault.name).pl")
            try write(fault.unit, "/run/systemd/system/fault-\(fault.name).service")
            try FileManager.default.createDirectory(
                atPath: "\(root)/var/lib/fault-\(fault.name)", withIntermediateDirectories: true)
        }
        // Another name for /dev/null, which a private /dev lacks.
        let made = try await lab.run(["mknod", "-m", "666", "/dev/fault", "c", "1", "3"])
        #expect(made.status == 0, "\(made.stderr)")
        _ = try await lab.run(["systemctl", "daemon-reload"])
    }
}

/// A fault's service with what it is like when nothing is restricted.
private struct FaultFixture {
    let procedure: TrialProcedure
    private(set) var baseline = Baseline.unknown

    init(_ fault: PlantedFault, on machine: Machine) async throws {
        let service = try await Service(named: "fault-\(fault.name).service", on: machine)
        procedure = TrialProcedure(
            service: service.copies, probes: [CommandProbe(command: fault.command, on: machine)],
            canReload: service.canReload, settle: .milliseconds(120))
        let unrestricted =
            fault.isSilent ? try await closeLook(service) : try await trial([], among: [])
        #expect(unrestricted.verdict == .passed, "\(fault.name) \(unrestricted.log.map(\.message))")
        baseline.learn(unrestricted)
    }

    private func closeLook(_ service: Service) async throws -> Trial {
        try await Campaign.warmUp(
            TrialProcedure(
                service: service.copies.closer, probes: procedure.probes,
                canReload: procedure.canReload, settle: procedure.settle),
            cadence: ChosenCadence(), now: 0)
    }

    func trial(
        _ restrictions: [String], among harmless: [String] = PlantedFaultsTests.harmless
    ) async throws -> Trial {
        let cadence = Cadence(
            startPeriod: .seconds(3), interval: .milliseconds(20), timeout: .seconds(5),
            failureThreshold: 1)
        return try await TrialRunner(
            procedure, expecting: Expectations(baseline, cadence: cadence, stopLimit: .seconds(5)),
            now: { 0 }
        ).runAside(
            TrialSpec(
                Profile(harmless + restrictions, in: .standard), "planted fault",
                startsAgain: true), number: 1)
    }
}
