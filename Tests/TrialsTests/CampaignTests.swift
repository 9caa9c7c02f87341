import Hardening
import TemperTesting
import Testing
import Trials

@Suite("A campaign over simulated services and the real catalogue", Campaigns.oneAtATime)
struct CampaignTests {
    /// Everything that a finished campaign promises.
    private func expectPromises(
        _ outcome: Outcome, _ service: SimulatedService, _ place: Comment
    ) {
        #expect(outcome.ending == .complete, place)
        #expect(!service.breaks(under: outcome.accepted), place)
        #expect(service.leftRunning == 0, place)
        // Numbers are positions, so that a report's references can be looked up.
        #expect(outcome.trials.map(\.number) == Array(1...outcome.trials.count), place)
        if let passed = outcome.passedIn {
            let trial = outcome.trials[passed - 1]
            #expect(trial.profile == outcome.accepted && trial.verdict.isPass, place)
        } else {
            #expect(outcome.accepted == .unrestricted, place)
        }
        let problem = CampaignFixture.problem
        let refused = Dictionary(grouping: outcome.refused, by: \.restriction)
        for restriction in problem.offer.restrictions
        where !outcome.accepted.restrictions.contains(restriction.id) {
            let implied = problem.offer.implications(of: restriction)
            guard implied.isSubset(of: outcome.accepted.restrictions) else { continue }
            // It could be added by itself: then it breaks, and a trial shows it.
            let extended = Profile(
                recorded: outcome.accepted.restrictions.union([restriction.id]))
            #expect(service.breaks(under: extended), "\(place): \(restriction.id) is left out")
            guard let refusal = refused[restriction.id]?.first else {
                Issue.record("\(place): \(restriction.id) has no refusal")
                continue
            }
            let witness = outcome.trials[refusal.trial - 1]
            #expect(!witness.verdict.isPass, place)
            #expect(witness.profile.restrictions.contains(restriction.id), place)
            #expect(
                refusal.conflict.contains(restriction.id)
                    || !refusal.conflict.isEmpty, place)
        }
    }

    @Test("is 1-maximal, and each refusal has a trial that shows it, for any conflicts")
    func promises() async throws {
        for seed in 0..<UInt64(Effort.campaigns) {
            var random = SplitMix64(seed: seed)
            let service = SimulatedService(
                conflicts: CampaignFixture.conflicts(using: &random),
                fault: SimulatedFault.allCases.filter { !$0.isDoubt }
                    .randomElement(using: &random) ?? .probe)
            let outcome = try await CampaignFixture.campaign(service).run()
            expectPromises(outcome, service, "seed \(seed), \(service.conflicts)")
        }
    }

    @Test("is 1-maximal also when it is to be fast")
    func fast() async throws {
        var options = CampaignOptions()
        options.isFast = true
        for seed in 0..<UInt64(Effort.campaigns / 4) {
            var random = SplitMix64(seed: 1_000_000 + seed)
            let service = SimulatedService(conflicts: CampaignFixture.conflicts(using: &random))
            let outcome = try await CampaignFixture.campaign(service, options: options).run()
            expectPromises(outcome, service, "seed \(seed), \(service.conflicts)")
        }
    }

    @Test("a service that exits with another status at each stop is looked at for longer")
    func variedEndings() async throws {
        for seed in 0..<UInt64(Effort.campaigns / 8) {
            var random = SplitMix64(seed: 4_000_000 + seed)
            let statuses =
                [0, 1] + (0..<1000).map { _ in Int32.random(in: 0...2, using: &random) }
            let service = SimulatedService(
                conflicts: CampaignFixture.conflicts(using: &random), statusesAtStop: statuses)
            let outcome = try await CampaignFixture.campaign(service).run()
            let baseline = outcome.trials.prefix { $0.profile == .unrestricted }
            expectPromises(outcome, service, "seed \(seed), \(service.conflicts)")
            #expect(outcome.skipped.contains { $0.what == "what it exits with when stopped" })
            #expect(baseline.count > 2)
        }
    }

    @Test("an exit status that comes once under a profile and not again is not held against it")
    func rareEnding() async throws {
        for seed in 0..<UInt64(Effort.campaigns / 8) {
            var random = SplitMix64(seed: 5_000_000 + seed)
            // The baseline does not show it, and it never comes twice in a row.
            var statuses = [Int32](repeating: 0, count: 9)
            statuses[Int.random(in: 2..<9, using: &random)] = 1
            let service = SimulatedService(
                conflicts: CampaignFixture.conflicts(using: &random), statusesAtStop: statuses)
            let outcome = try await CampaignFixture.campaign(service).run()
            expectPromises(outcome, service, "seed \(seed), \(service.conflicts)")
        }
    }

    @Test("the witness of a refusal holds that restriction and otherwise only accepted ones")
    func witnesses() async throws {
        for seed in 0..<UInt64(Effort.campaigns / 4) {
            var random = SplitMix64(seed: 2_000_000 + seed)
            let service = SimulatedService(conflicts: CampaignFixture.conflicts(using: &random))
            let outcome = try await CampaignFixture.campaign(service).run()
            for refusal in outcome.refused {
                let others = outcome.trials[refusal.trial - 1].profile.restrictions
                    .subtracting([refusal.restriction])
                #expect(
                    others.isSubset(of: outcome.accepted.restrictions),
                    """
                    seed \(seed): trial \(refusal.trial) refuses \(refusal.restriction) with \
                    \(others.subtracting(outcome.accepted.restrictions).sorted()) beside it
                    """)
            }
        }
    }

    @Test("a service that nothing breaks takes all in a handful of trials")
    func unbreakable() async throws {
        let service = SimulatedService()
        let outcome = try await CampaignFixture.campaign(service).run()
        #expect(outcome.accepted.restrictions == Set(CampaignFixture.ids))
        #expect(outcome.refused.isEmpty)
        #expect(outcome.trials.count <= 10)
        #expect(outcome.after < outcome.before && outcome.possible == outcome.after)
    }

    @Test("a service that much breaks keeps the rest, with a reason for each that it lacks")
    func fragile() async throws {
        let broken = Set(CampaignFixture.ids.prefix(30))
        let service = SimulatedService(conflicts: broken.map { [$0] })
        let outcome = try await CampaignFixture.campaign(service).run()
        let offer = CampaignFixture.problem.offer
        let possible = offer.restrictions.filter { restriction in
            !broken.contains(restriction.id)
                && offer.implications(of: restriction).isDisjoint(with: broken)
        }
        #expect(outcome.accepted.restrictions == Set(possible.map(\.id)))
        expectPromises(outcome, service, "30 conflicts")
    }

    @Test("a service of which nothing can be restricted is left as it is")
    func hopeless() async throws {
        var options = CampaignOptions()
        options.maxTrials = 40
        let service = SimulatedService(conflicts: CampaignFixture.ids.map { [$0] })
        let outcome = try await CampaignFixture.campaign(service, options: options).run()
        #expect(outcome.accepted == .unrestricted && outcome.passedIn == nil)
        #expect(outcome.after == outcome.before)
    }
}
