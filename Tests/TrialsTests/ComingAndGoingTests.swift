import Hardening
import Synchronization
import TemperTesting
import Testing
import Trials

@Suite("Processes that come and go by themselves", Campaigns.oneAtATime)
struct ComingAndGoingTests {
    /// How a helper comes and goes.
    enum Habit: CaseIterable {
        /// From one look to the next.
        case atEachLook
        /// From one life to the next.
        case inEachLife
        /// It stays away for good, sooner or later.
        case leaves

        /// - Parameter share: of the time in which it is there.
        func isThere(_ seed: UInt64, share: Double) -> @Sendable (_ life: Int, _ look: Int) -> Bool
        {
            { life, look in
                let life = seed &* 1_000_003 &+ UInt64(life)
                var random = SplitMix64(
                    seed: self == .atEachLook ? life &* 1_009 &+ UInt64(look) : life)
                return self == .leaves
                    ? Double(look) < 40 * share * random.uniform() : random.happens(share)
            }
        }
    }

    @Test(
        "decide nothing: the result is that of the service without them",
        arguments: Habit.allCases)
    func decideNothing(habit: Habit) async throws {
        var options = CampaignOptions()
        // One of them stands for the start before any campaign.
        options.baselineRuns = 3
        for seed in 0..<UInt64(Effort.campaigns) {
            var random = SplitMix64(seed: 6_000_000 + seed)
            let conflicts = CampaignFixture.conflicts(using: &random)
            let fault: SimulatedFault = seed.isMultiple(of: 2) ? .workerMissing : .probe
            let share = [0.3, 0.6, 0.9, 0.98].randomElement(using: &random) ?? 0.9
            let restless = SimulatedService(
                conflicts: conflicts, fault: fault,
                helperIsThere: habit.isThere(seed, share: share))
            let outcome = try await CampaignFixture.campaign(restless, options: options).run()
            let quiet = try await CampaignFixture.campaign(
                SimulatedService(conflicts: conflicts, fault: fault), options: options
            ).run()
            let place: Comment = "seed \(seed), there for \(share) of the time, \(conflicts)"
            #expect(outcome.ending == .complete, place)
            #expect(outcome.accepted == quiet.accepted, place)
            #expect(outcome.refused.map(\.restriction) == quiet.refused.map(\.restriction), place)
            #expect(outcome.wrongAnswers == nil, place)
        }
    }

    @Test("a worker that a restriction takes away is asked for four times more, and then believed")
    func takenAway() async throws {
        for seed in 0..<UInt64(Effort.campaigns) {
            var random = SplitMix64(seed: 7_000_000 + seed)
            let conflicts = CampaignFixture.conflicts(using: &random)
            func outcome(_ fault: SimulatedFault) async throws -> Outcome {
                try await CampaignFixture.campaign(
                    SimulatedService(conflicts: conflicts, fault: fault)
                ).run()
            }
            let (worker, listener) = (
                try await outcome(.workerMissing), try await outcome(.listenerMissing)
            )
            #expect(worker.accepted == listener.accepted, "\(conflicts)")
            // And once more without restriction, where so many fail in a row.
            #expect(worker.trials.count <= listener.trials.count + 5, "\(conflicts)")
        }
    }

    /// What is learned of a service whose helper comes and goes.
    private func learned(
        _ isThere: @escaping @Sendable (_ life: Int, _ look: Int) -> Bool = { _, _ in true },
        knowing earlier: Baseline = .unknown,
        through exercises: @escaping @Sendable (any ServiceCopy) -> [Exercise] = { _ in [] }
    ) async throws -> [String: Int]? {
        try await baseline(isThere, knowing: earlier, through: exercises).processSet?.members
    }

    private func baseline(
        _ isThere: @escaping @Sendable (_ life: Int, _ look: Int) -> Bool = { _, _ in true },
        knowing earlier: Baseline = .unknown,
        through exercises: @escaping @Sendable (any ServiceCopy) -> [Exercise] = { _ in [] }
    ) async throws -> Baseline {
        let service = SimulatedService(helperIsThere: isThere, exercises: exercises)
        var expectations = Expectations(chosen: CampaignFixture.hurried, baseline: earlier)
        let trial = try await TrialRunner(
            TrialProcedure(
                service: service, probes: [service.probe], canReload: true, settle: .zero),
            expecting: expectations, now: { 0 }
        ).runOnce(TrialSpec(.unrestricted, .asItIs, startsAgain: true), number: 1)
        #expect(trial.verdict == .passed)
        expectations.learn(trial)
        return expectations.baseline
    }

    private static let withoutHelper = ["simulated": 1, "worker": 2]

    @Test("who is away at any look of a life is not waited for", arguments: 1...11)
    func oneLook(absent: Int) async throws {
        #expect(try await learned() == ["simulated": 1, "worker": 2, "helper": 1])
        #expect(try await learned { _, look in look != absent } == Self.withoutHelper)
    }

    @Test("nor who is away in a second life, once it is known who should be there")
    func secondLife() async throws {
        let known = try await baseline()
        #expect(
            try await learned({ life, look in life == 1 || look != 3 }, knowing: known)
                == Self.withoutHelper)
    }

    @Test("who never comes again is waited for once, and no longer than a trial would")
    func goneForGood() async throws {
        let looks = Mutex<[Int: Int]>([:])
        let service = SimulatedService(helperIsThere: { life, _ in
            looks.withLock { $0[life, default: 0] += 1 }
            return life <= 2
        })
        var baseline = Baseline.unknown
        for _ in 1...3 {
            let began = ContinuousClock.now
            let trial = try await TrialRunner(
                TrialProcedure(
                    service: service, probes: [service.probe], canReload: true, settle: .zero),
                expecting: Expectations(chosen: ChosenCadence(), baseline: baseline), now: { 0 }
            ).runOnce(TrialSpec(.unrestricted, .asItIs, startsAgain: true), number: 1)
            baseline.learn(trial)
            // Before anything is known of its pace, a service is given half a minute to start.
            #expect(ContinuousClock.now - began < .seconds(25))
        }
        #expect(baseline.processSet?.members == Self.withoutHelper)
        let (seen, all) = (looks.withLock { $0 }, 11)
        #expect((seen[3] ?? 0) > all, "\(seen)")
        #expect(seen[1] == all && [4, 5, 6].allSatisfy { seen[$0] == all }, "\(seen)")
    }

    @Test("nor who is away after what a service lives through")
    func exercise() async throws {
        #expect(
            try await learned(
                { _, look in look != 15 },
                through: { _ in
                    [Exercise("cron") { () async throws(ExperimentError) in .healthy }]
                })
                == Self.withoutHelper)
    }
}
