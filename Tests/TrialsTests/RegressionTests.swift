import Bisection
import Foundation
import Hardening
import TemperTesting
import Testing
import Trials

@Suite("A profile that passed yesterday", Campaigns.oneAtATime)
struct RegressionTests {
    /// What an upgrade of a simulated service broke.
    private enum Upgrade: CaseIterable {
        case one, two, together

        /// How many of each are planted in a profile.
        var cases: Int { self == .one ? 16 : 4 }

        func plant(in profile: [String], using random: inout SplitMix64) -> Set<Set<String>> {
            let catalogue = Catalogue.standard
            while true {
                let picked = profile.shuffled(using: &random).prefix(self == .one ? 1 : 2)
                // One that contains the other would break with it.
                let areApart = picked.allSatisfy { id in
                    catalogue[id]?.implies.isDisjoint(with: picked) ?? false
                }
                if areApart {
                    return self == .together ? [Set(picked)] : Set(picked.map { [$0] })
                }
            }
        }
    }

    @Test("planted upgrades: the culprits are exact each time, for about log2 trials")
    func planted() async throws {
        var spent: [Upgrade: [Int]] = [:]
        for seed in 0..<UInt64(5) {
            var random = SplitMix64(seed: seed)
            let problem = try CampaignFixture.regressing(CampaignFixture.accepted(using: &random))
            let profile = problem.everything.restrictions.sorted()
            let bound = Int(log2(Double(profile.count)).rounded(.up))
            for upgrade in Upgrade.allCases {
                for _ in 0..<upgrade.cases {
                    let culprits = upgrade.plant(in: profile, using: &random)
                    let outcome = try await check(culprits, problem)
                    let place: Comment = "seed \(seed), \(culprits)"
                    #expect(Set(outcome.refused.map { Set($0.conflict) }) == culprits, place)
                    #expect(!culprits.contains { $0.isSubset(of: outcome.accepted.restrictions) })
                    let trials = outcome.bisecting
                    spent[upgrade, default: []].append(trials)
                    if upgrade == .one {
                        #expect(Double(trials) <= 1.5 * Double(bound), place)
                    }
                }
            }
        }
        for (upgrade, trials) in spent.sorted(by: { $0.value.count > $1.value.count }) {
            print(
                "\(trials.count) upgrades, culprits: \(upgrade), trials of bisecting: "
                    + "\(Double(trials.reduce(0, +)) / Double(trials.count)) on average, "
                    + "\(trials.max() ?? 0) at most; log2 of the profile is 7 to 8")
        }
    }

    @Test("what is certain need not fail again, and is found for one trial less")
    func certain() async throws {
        let problem = try CampaignFixture.regressing(
            Profile(recorded: Set(CampaignFixture.ids)))
        func outcome(isCertain: Bool) async throws -> Outcome {
            let service = SimulatedService(conflicts: [["PrivateNetwork=yes"]], fault: .probe)
            let campaign = CampaignFixture.campaign(service, on: problem)
            let failed = try await first(problem.everything, in: campaign)
            guard
                case .broken(let outcome) = try await campaign.regress(
                    from: failed, isCertain: isCertain)
            else { throw Unexpected() }
            return outcome
        }
        let (certain, doubted) = (
            try await outcome(isCertain: true), try await outcome(isCertain: false)
        )
        #expect(certain.accepted == doubted.accepted)
        #expect(certain.refused.map(\.restriction) == ["PrivateNetwork=yes"])
        #expect(certain.trialCount == doubted.trialCount - 1)
    }

    private func check(_ culprits: Set<Set<String>>, _ problem: SearchProblem) async throws
        -> Outcome
    {
        let service = SimulatedService(conflicts: Array(culprits), fault: .probe)
        let campaign = CampaignFixture.campaign(service, on: problem)
        let failed = try await first(problem.everything, in: campaign)
        guard case .broken(let outcome) = try await campaign.regress(from: failed) else {
            throw Unexpected()
        }
        return outcome
    }

    private func first(
        _ profile: Profile, in campaign: Campaign, baseline: Baseline = .unknown
    ) async throws -> Trial {
        try await TrialRunner(
            in: campaign.places,
            expecting: Expectations(baseline, cadence: CampaignFixture.hurried.beforeBaseline),
            now: { 0 }
        ).runOnce(TrialSpec(profile, "yesterday"), number: 1)
    }

    private struct Unexpected: Error {}

    @Test("a service that is broken itself is not blamed on its profile")
    func brokenService() async throws {
        let problem = try CampaignFixture.regressing(Profile(["PrivateTmp=yes"], in: .standard))
        let campaign = CampaignFixture.campaign(
            SimulatedService(conflicts: [[]], fault: .probe), on: problem)
        let failed = try await first(problem.everything, in: campaign)
        await #expect {
            _ = try await campaign.regress(from: failed)
        } throws: { error in
            (error as? ExperimentError)?.isBaseline == true
        }
    }

    @Test("what failed once and passes twice is an accident, and is said to be one")
    func accident() async throws {
        let problem = try CampaignFixture.regressing(Profile(["PrivateTmp=yes"], in: .standard))
        let campaign = CampaignFixture.campaign(
            SimulatedService(fault: .probe, lies: { $0 == 1 }), on: problem)
        let failed = try await first(problem.everything, in: campaign)
        #expect(failed.verdict == .failed("simulated probe: HTTP 502"))
        guard case .passed(_, let because) = try await campaign.regress(from: failed) else {
            throw Unexpected()
        }
        #expect(because.contains("failed once and then passed twice"))
    }

    @Test("failing by chance is no regression, and hides none")
    func byChance() async throws {
        var random = SplitMix64(seed: 3)
        let problem = try CampaignFixture.regressing(CampaignFixture.accepted(using: &random))
        let culprits = Upgrade.one.plant(
            in: problem.everything.restrictions.sorted(), using: &random)
        // The first start is yesterday's profile; after a baseline of two, or of ten where one of
        // these fails, that is tried again.
        for (conflicts, failing) in [(culprits, [3]), ([], [1, 3, 12]), ([], [1, 4])] {
            let service = SimulatedService(
                conflicts: Array(conflicts), fault: .probe, lies: failing.contains)
            let campaign = CampaignFixture.campaign(service, on: problem)
            let failed = try await first(problem.everything, in: campaign)
            switch try await campaign.regress(from: failed) {
            case .broken(let outcome):
                #expect(!conflicts.isEmpty)
                #expect(Set(outcome.refused.map { Set($0.conflict) }) == conflicts)
            case .passed(let trial, let because):
                #expect(conflicts.isEmpty && trial.profile == problem.everything)
                #expect(trial.verdict.isPass)
                #expect(because.contains("failed twice and then passed"), "\(because)")
            }
            print("\(conflicts), by chance \(failing): \(service.profiles.count) starts")
            #expect(service.profiles.count <= 60)
        }
    }

    @Test("a new habit of the service itself is no regression")
    func newHabit() async throws {
        let problem = try CampaignFixture.regressing(Profile(["PrivateTmp=yes"], in: .standard))
        // It has a worker less than it had, whatever is restricted.
        let before = CampaignFixture.campaign(SimulatedService(), on: problem)
        let baseline = Baseline(learnedFrom: [
            try await first(.unrestricted, in: before)
        ])
        let campaign = CampaignFixture.campaign(
            SimulatedService(conflicts: [[]], fault: .workerMissing), on: problem)
        let failed = try await first(problem.everything, in: campaign, baseline: baseline)
        #expect(failed.because.contains("worker"))
        guard case .passed(_, let because) = try await campaign.regress(from: failed) else {
            throw Unexpected()
        }
        #expect(because.contains("the same"))
    }
}
