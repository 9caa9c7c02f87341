import Foundation
import Hardening
import TemperTesting
import Testing
import TrialLedger
import Trials

@Suite("A campaign that was cut off goes on where it was", Campaigns.oneAtATime)
struct ResumptionTests {
    /// Runs until `stop` trials are on record, as if the machine had gone off then.
    private func cutOff(
        _ service: SimulatedService, after stop: Int, _ options: CampaignOptions = .init()
    ) async throws -> [Trial] {
        let ledger = MemoryLedger(capacity: stop)
        await #expect(throws: ExperimentError.self) {
            try await CampaignFixture.campaign(service, ledger: ledger, options: options).run()
        }
        return ledger.trials
    }

    @Test("after a stop at every possible trial it asks the same in the same order")
    func everywhere() async throws {
        let stories: [[Set<String>]] = [
            [], [["ProtectClock=yes"]], [["PrivateTmp=yes", "ProtectHome=yes"], ["UMask=0077"]],
        ]
        for (seed, conflicts) in stories.enumerated() {
            let service = SimulatedService(conflicts: conflicts)
            let whole = try await CampaignFixture.campaign(service).run()
            for stop in 0..<whole.trials.count {
                let recorded = try await cutOff(SimulatedService(conflicts: conflicts), after: stop)
                let again = SimulatedService(conflicts: conflicts)
                let outcome = try await CampaignFixture.campaign(
                    again, ledger: MemoryLedger(resuming: recorded)
                ).run()
                #expect(
                    ComparableOutcome(outcome) == ComparableOutcome(whole),
                    "seed \(seed), stopped after \(stop)")
                #expect(outcome.resumed == stop)
                // Only what was not on record was run.
                #expect(again.profiles.count == whole.trials.count - stop)
            }
        }
    }

    @Test("what the service as it is failed by chance is on record in its place")
    func chanceOnRecord() async throws {
        // So much breaks it that it is asked for the service as it is in between.
        let conflicts = CampaignFixture.ids.map { Set([$0]) }
        @Sendable func service(_ lies: Set<Int>) -> SimulatedService {
            SimulatedService(conflicts: conflicts, fault: .probe, lies: lies.contains)
        }
        var options = CampaignOptions()
        options.maxTrials = 40
        let steady = service([2])
        _ = try await CampaignFixture.campaign(steady, options: options).run()
        let later = steady.profiles.dropFirst(10).firstIndex(of: .unrestricted)
        let look = try #require(later) + 1
        let ledger = MemoryLedger()
        let whole = try await CampaignFixture.campaign(
            service([2, look]), ledger: ledger, options: options
        ).run()
        #expect(whole.trials[look - 1].verdict.isFailure && whole.trials[look].verdict.isPass)
        #expect(ledger.trials.map(\.profile) == whole.trials.map(\.profile))
        let nothing = SimulatedService(breakdown: .start)
        let again = try await CampaignFixture.campaign(
            nothing, ledger: MemoryLedger(resuming: ledger.trials), options: options
        ).run()
        #expect(ComparableOutcome(again) == ComparableOutcome(whole))
    }

    @Test("stopped again and again, it still arrives")
    func againAndAgain() async throws {
        var random = SplitMix64(seed: 77)
        let conflicts: [Set<String>] = [["ProtectClock=yes"], ["PrivateTmp=yes"]]
        let whole = try await CampaignFixture.campaign(SimulatedService(conflicts: conflicts)).run()
        var recorded: [Trial] = []
        var runs = 0
        while recorded.count < whole.trials.count {
            let ledger = MemoryLedger(
                resuming: recorded, capacity: recorded.count + Int.random(in: 1...3, using: &random)
            )
            _ = try? await CampaignFixture.campaign(
                SimulatedService(conflicts: conflicts), ledger: ledger
            ).run()
            recorded = ledger.trials
            runs += 1
        }
        #expect(recorded.map(\.profile) == whole.trials.map(\.profile))
        #expect(runs > 4)
    }

    @Test("the ledger on disk resumes as the one in memory does")
    func onDisk() async throws {
        let directory = NSTemporaryDirectory() + "temper-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let conflicts: [Set<String>] = [
            ["ProtectClock=yes"], ["PrivateTmp=yes", "ProtectHome=yes"],
        ]
        let whole = try await CampaignFixture.campaign(SimulatedService(conflicts: conflicts)).run()
        var outcome: Outcome?
        var runs = 0
        while outcome == nil, runs < 200 {
            runs += 1
            let ledger = try TrialStore(directory: directory)
                .campaign(unit: "x.service", fingerprint: "f", now: 0)
            let stop = ledger.resumed + 3
            let found = try await Task {
                try await CampaignFixture.campaign(
                    SimulatedService(conflicts: conflicts), ledger: ledger
                ) { event in
                    if case .asking(stop, _, _) = event { withUnsafeCurrentTask { $0?.cancel() } }
                }.run()
            }.value
            if found.ending == .complete { outcome = found }
        }
        #expect(outcome.map(ComparableOutcome.init) == ComparableOutcome(whole))
        #expect(runs > 3)
    }

    @Test("a run with other options uses what is on record, in whatever order it asks")
    func otherOptions() async throws {
        let conflicts: [Set<String>] = [
            ["ProtectClock=yes"], ["PrivateTmp=yes"], ["PrivateNetwork=yes", "ProtectHome=yes"],
        ]
        var fast = CampaignOptions()
        fast.isFast = true
        fast.baselineRuns = 3
        for stop in [1, 2, 5, 9] {
            let recorded = try await cutOff(
                SimulatedService(conflicts: conflicts), after: stop, fast)
            let service = SimulatedService(conflicts: conflicts)
            let outcome = try await CampaignFixture.campaign(
                service, ledger: MemoryLedger(resuming: recorded)
            ).run()
            #expect(outcome.ending == .complete)
            #expect(!service.breaks(under: outcome.accepted))
            #expect(outcome.trials.map(\.number) == Array(1...outcome.trials.count))
            for refusal in outcome.refused {
                let witness = outcome.trials[refusal.trial - 1]
                #expect(!witness.verdict.isPass)
            }
        }
    }

    @Test(
        "a flaky service resumes into the same story, because answers are on record and not asked")
    func flaky() async throws {
        @Sendable func lies(_ start: Int) -> Bool {
            var coin = SplitMix64(seed: UInt64(start) &* 31)
            return start > 2 && Int.random(in: 0..<100, using: &coin) < 3
        }
        let conflicts: [Set<String>] = [["ProtectClock=yes"], ["PrivateTmp=yes"]]
        let whole = try await CampaignFixture.campaign(
            SimulatedService(conflicts: conflicts, fault: .probe, lies: lies)
        ).run()
        // A few stops only: weighing unreliable answers is slow in a debug build.
        for stop in [2, whole.trials.count / 2, whole.trials.count - 1] {
            let recorded = try await cutOff(
                SimulatedService(conflicts: conflicts, fault: .probe, lies: lies), after: stop)
            let outcome = try await CampaignFixture.campaign(
                // The starts are counted on: those on record were not repeated.
                SimulatedService(conflicts: conflicts, fault: .probe) { lies($0 + stop) },
                ledger: MemoryLedger(resuming: recorded)
            ).run()
            #expect(ComparableOutcome(outcome) == ComparableOutcome(whole), "stopped after \(stop)")
        }
    }
}
