import Hardening
import TemperTesting
import Testing
import Trials

@Suite("A campaign that gets doubtful answers", Campaigns.oneAtATime)
struct CampaignDoubtTests {
    @Test(
        "what cannot be judged is left out, said to be so, and the rest is taken",
        arguments: SimulatedFault.allCases.filter(\.isDoubt))
    func unresolved(fault: SimulatedFault) async throws {
        let service = SimulatedService(conflicts: [["ProtectClock=yes"]], fault: fault)
        let outcome = try await CampaignFixture.campaign(service).run()
        #expect(outcome.ending == .complete)
        #expect(!outcome.accepted.restrictions.contains("ProtectClock=yes"))
        #expect(outcome.accepted.restrictions.count == CampaignFixture.ids.count - 1)
        #expect(outcome.refused.map(\.restriction) == ["ProtectClock=yes"])
        #expect(outcome.refused.first?.isUnresolved == true)
    }

    @Test("a service whose probe lies now and then never ends with what was never seen to pass")
    func flaky() async throws {
        var wrong = 0
        for seed in 0..<UInt64(Effort.campaigns / 4) {
            var random = SplitMix64(seed: 3_000_000 + seed)
            let conflicts = CampaignFixture.conflicts(using: &random)
            let service = SimulatedService(conflicts: conflicts, fault: .probe) { start in
                var coin = SplitMix64(seed: seed &* 1_000 &+ UInt64(start))
                return start > 2 && Int.random(in: 0..<100, using: &coin) < 2
            }
            let outcome = try await CampaignFixture.campaign(service).run()
            if let passed = outcome.passedIn {
                #expect(outcome.trials[passed - 1].verdict.isPass)
                #expect(outcome.trials[passed - 1].profile == outcome.accepted)
            }
            if service.breaks(under: outcome.accepted) { wrong += 1 }
        }
        // Two trials in a hundred lie; the result is confirmed once.
        #expect(
            wrong <= 1 + Effort.campaigns / 80, "\(wrong) of \(Effort.campaigns / 4) are wrong")
    }

    @Test("a service that answers at random ends, and is called flaky or proved wrong nowhere")
    func chaos() async throws {
        for seed in 0..<UInt64(3) {
            let service = SimulatedService(fault: .probe) { start in
                var coin = SplitMix64(seed: seed &* 1_000 &+ UInt64(start))
                return start > 2 && Bool.random(using: &coin)
            }
            var options = CampaignOptions()
            options.maxTrials = 2_000
            let outcome = try await CampaignFixture.campaign(service, options: options).run()
            #expect(outcome.ending != .limit, "seed \(seed)")
        }
    }

    @Test("a result that fails once when it is repeated is tried again, and taken if it passes")
    func confirmation() async throws {
        let last = try await CampaignFixture.campaign(SimulatedService()).run().trials.count
        let service = SimulatedService(fault: .probe) { $0 == last }
        let outcome = try await CampaignFixture.campaign(service).run()
        #expect(outcome.trials[last - 1].verdict == .failed("simulated probe: HTTP 502"))
        #expect(outcome.ending == .complete)
        #expect(outcome.trials.last?.verdict == .passed)
        #expect(outcome.trials.last?.profile == outcome.accepted)
    }

    @Test("a result that never passes again is not the result")
    func brokenConfirmation() async throws {
        let last = try await CampaignFixture.campaign(SimulatedService()).run().trials.count
        let service = SimulatedService(fault: .probe, isHonestUnrestricted: true) { $0 >= last }
        var options = CampaignOptions()
        options.maxTrials = last + 30
        let outcome = try await CampaignFixture.campaign(service, options: options).run()
        let asked = outcome.trials.filter { $0.profile == outcome.accepted }
        #expect(
            outcome.ending != .complete
                || asked.count { $0.verdict.isPass } > asked.count { !$0.verdict.isPass })
    }

    @Test("a result is confirmed as often as asked")
    func confirmations() async throws {
        var options = CampaignOptions()
        options.confirmations = 4
        let outcome = try await CampaignFixture.campaign(SimulatedService(), options: options).run()
        #expect(outcome.trials.suffix(4).allSatisfy { $0.profile == outcome.accepted })
        #expect(outcome.trials.count { $0.profile == outcome.accepted } == 5)
    }

    @Test("a confirmation that can never be judged does not go on for ever")
    func confirmationInDoubt() async throws {
        let last = try await CampaignFixture.campaign(SimulatedService()).run().trials.count
        let service = SimulatedService(fault: .probeCannotTell) { $0 >= last }
        let outcome = try await CampaignFixture.campaign(service).run()
        #expect(outcome.trials.count < last + 20)
        #expect(outcome.ending == .tooFlaky(rate: 1))
    }
}
