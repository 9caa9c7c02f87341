import Hardening
import TemperTesting
import Testing

@testable import Trials

@Suite("A campaign whose probe is wrong now and then") struct UnreliableProbeTests {
    @Test("a baseline that fails by chance is counted, and every answer weighed", arguments: 1...5)
    func unreliableBaseline(seed: Int) async throws {
        let culprits = [CampaignFixture.ids[7 * seed], CampaignFixture.ids[90 - seed]]
        let service = unreliable(culprits, oneIn: 30, failingFirst: [1 + seed % 2], seed)
        let ledger = MemoryLedger()
        let outcome = try await CampaignFixture.campaign(service, ledger: ledger).run()
        #expect(outcome.ending == .complete)
        #expect(Set(outcome.refused.map(\.restriction)).isSuperset(of: culprits))
        #expect(!service.breaks(under: outcome.accepted))
        #expect(outcome.trials.prefix(10).allSatisfy { $0.profile == .unrestricted })
        #expect(outcome.trials[10].profile != .unrestricted)
        #expect(0.01..<0.2 ~= outcome.wrongAnswers ?? 0)
        // The failures of the baseline are on record, so a resumed campaign weighs as well.
        let nothing = SimulatedService(breakdown: .start)
        let again = try await CampaignFixture.campaign(
            nothing, ledger: MemoryLedger(resuming: ledger.trials)
        ).run()
        #expect(again.accepted == outcome.accepted && again.wrongAnswers == outcome.wrongAnswers)
        #expect(again.resumed == again.trials.count)
    }

    @Test("what no trial had, and how fast the service is, is read of the runs that passed")
    func ofThosePassed() async throws {
        let service = SimulatedService(fault: .startTimesOut, lies: { $0 == 1 })
        let outcome = try await CampaignFixture.campaign(service, canReload: false).run()
        #expect(outcome.trials[0].verdict.isFailure)
        #expect(outcome.skipped.contains { $0.what == "reload" })

        func lasting(_ start: UInt64, _ trial: Trial) -> Trial {
            var timing = Trial.Timing()
            timing.start = start
            return Trial(
                number: 1, purpose: "", profile: trial.profile, began: 0, microseconds: timing,
                observations: trial.observations, baseline: .unknown)
        }
        let record = HardeningRecord(
            unit: "x.service",
            outcome: Outcome(
                passed: .unrestricted, on: CampaignFixture.problem,
                trials: [
                    lasting(90_000_000, outcome.trials[0]), lasting(100_000, outcome.trials[1]),
                ],
                baseline: .unknown, refused: []),
            plan: Plan(), usage: Usage(), dropIn: "", validity: Validity())
        #expect(record.healthyWithin == .milliseconds(128))
    }

    @Test("no more trials are made for it than were allowed")
    func limitedBaseline() async throws {
        var options = CampaignOptions()
        options.maxTrials = 5
        let service = unreliable([], oneIn: .max, failingFirst: [2], 1)
        let outcome = try await CampaignFixture.campaign(service, options: options).run()
        #expect(outcome.ending == .limit)
        #expect(outcome.trials.count == 5)
    }

    @Test("a baseline that fails too often is an error with the figure")
    func hopelessBaseline() async throws {
        let ledger = MemoryLedger()
        let service = SimulatedService(fault: .probe, lies: { $0 % 2 == 0 })
        let error = await #expect(throws: ExperimentError.self) {
            try await CampaignFixture.campaign(service, ledger: ledger).run()
        }
        #expect(error?.isBaseline == true)
        #expect(
            error?.description.contains(
                "fails in 5 of 10 starts, at last with: simulated probe: HTTP 502") == true)
        #expect(ledger.trials.count == 1)
    }

    @Test("wrong answers seldom change the result, where the baseline showed none")
    func unreliableLater() async throws {
        var right = 0
        for seed in 1...10 {
            let culprits = [CampaignFixture.ids[5 * seed]]
            let service = unreliable(culprits, oneIn: 40, failingFirst: [], seed)
            let outcome = try await CampaignFixture.campaign(service).run()
            if outcome.refused.map(\.restriction) == culprits { right += 1 }
        }
        #expect(right >= 8)
    }

    /// A service of which one start in so many fails by chance, or passes if it should not;
    /// unrestricted only the ones that are named.
    private func unreliable(
        _ culprits: [String], oneIn count: UInt64, failingFirst: Set<Int>, _ seed: Int
    ) -> SimulatedService {
        SimulatedService(conflicts: culprits.map { [$0] }, fault: .probe) { start in
            if start <= 10 { return failingFirst.contains(start) }
            var random = SplitMix64(seed: UInt64(seed * 1000 + start))
            return UInt64.random(in: 0..<count, using: &random) == 0
        }
    }
}
