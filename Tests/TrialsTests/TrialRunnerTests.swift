import Hardening
import Synchronization
import TemperTesting
import Testing

@testable import Trials

@Suite("The trial runner numbers, resumes, repeats and records")
struct TrialRunnerTests {
    private func runner(
        _ service: SimulatedService, _ ledger: any Ledger = NoLedger(),
        recording: TrialRunner.Recording = .onceExplained,
        report: @escaping @Sendable (CampaignEvent) -> Void = { _ in }
    ) -> TrialRunner {
        TrialRunner(
            TrialProcedure(
                service: service, probes: [service.probe], canReload: true, settle: .zero),
            expecting: Expectations(
                .unknown, cadence: Cadence(startPeriod: .zero, interval: .milliseconds(1))),
            ledger: ledger, recording: recording, now: { 7 }, report: report)
    }

    private let prospect = Prospect(exposure: Exposure(tenths: 90))
    private let lax = Profile(recorded: ["PrivateTmp=yes"])

    @Test("a trial is said to be from the record only where the record answers it")
    func provenance() async throws {
        // On record is one start of the copy; asked for are two.
        let earlier = MemoryLedger()
        var first = runner(SimulatedService(), earlier)
        _ = try await first.run(TrialSpec(lax, "once"), prospect)
        let told = Mutex<[Bool]>([])
        let service = SimulatedService()
        var second = runner(service, MemoryLedger(resuming: earlier.trials)) { event in
            if case .tried(_, _, let isFromRecord) = event {
                told.withLock { $0.append(isFromRecord) }
            }
        }
        let trial = try await second.run(TrialSpec(lax, "twice", startsAgain: true), prospect)
        #expect(trial.lived(.secondStop) && service.profiles.count == 1)
        #expect(told.withLock { $0 } == [false] && second.resumed == 0)
        var third = runner(service, MemoryLedger(resuming: earlier.trials)) { event in
            if case .tried(_, _, let isFromRecord) = event {
                told.withLock { $0.append(isFromRecord) }
            }
        }
        _ = try await third.run(TrialSpec(lax, "once"), prospect)
        #expect(told.withLock { $0 } == [false, true] && third.resumed == 1)
    }

    @Test("what the manager disturbs is made again, also in a check and on the real unit")
    func undisturbed() async throws {
        let service = SimulatedService(fault: .managerReloads) { $0 == 1 }
        let ledger = MemoryLedger()
        var runner = runner(service, ledger, recording: .atOnce)
        let trial = try await runner.run(
            TrialSpec(lax, .onRecord, startsAgain: true), prospect)
        #expect(trial.verdict.isPass && trial.number == 1 && service.profiles.count == 2)
        #expect(ledger.trials == [trial])
        let real = SimulatedService(fault: .managerReloads) { $0 <= 2 }
        #expect(
            try await self.runner(real).runAside(TrialSpec(lax, .realUnit), number: 9).verdict
                .isPass)
        #expect(real.profiles.count == 3)
    }

    @Test("what cannot be repeated is made once")
    func once() async throws {
        let service = SimulatedService(fault: .managerReloads) { _ in true }
        let trial = try await runner(service).runOnce(TrialSpec(lax, .proving), number: 3)
        #expect(!trial.verdict.isPass && trial.number == 3 && service.profiles.count == 1)
    }

    @Test("a failure of the service as it is goes on record at once where nobody resumes it")
    func recording() async throws {
        for (recording, count) in [(TrialRunner.Recording.atOnce, 1), (.onceExplained, 0)] {
            let ledger = MemoryLedger()
            var runner = runner(
                SimulatedService(conflicts: [[]], fault: .probe), ledger, recording: recording)
            let trial = try await runner.run(TrialSpec(.unrestricted, .asItIs), prospect)
            #expect(trial.verdict.isFailure && ledger.trials.count == count)
        }
    }

    @Test("numbers follow the trials that were made before")
    func numbers() async throws {
        var first = runner(SimulatedService())
        let earlier = try await first.run(TrialSpec(lax, .onRecord), prospect)
        var runner = TrialRunner(
            in: first.places, expecting: first.expectations, after: [earlier], now: { 7 })
        #expect(try await runner.run(TrialSpec(lax, .failsAgain), prospect).number == 2)
        #expect(runner.trials.map(\.number) == [1, 2])
    }
}
