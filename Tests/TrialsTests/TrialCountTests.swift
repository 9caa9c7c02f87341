import Hardening
import TemperTesting
import Testing
import Trials

@Suite("One meaning of each number", Campaigns.oneAtATime)
struct TrialCountTests {
    @Test("every trial made for a result counts: the campaign's, and those on the real unit")
    func trials() async throws {
        var outcome = try await CampaignFixture.campaign(SimulatedService()).run()
        let made = outcome.trials.count
        #expect(outcome.trialCount == made)
        let real = try await CampaignFixture.procedure(of: SimulatedService()).run(
            TrialSpec(outcome.accepted, .realUnit), number: made + 1)
        outcome.count(real)
        #expect(outcome.trialCount == made + 1 && outcome.trials.count == made)
        // Another look at the same ones changes nothing.
        outcome.count(through: 3)
        #expect(outcome.trialCount == made + 1)
    }

    @Test("of each ladder the strictest step is counted, whatever it contains")
    func restrictions() {
        let profile = Profile(["ProtectSystem=strict", "PrivateTmp=yes"], in: .standard)
        #expect(profile.restrictions.isSuperset(of: ["ProtectSystem=yes", "ProtectSystem=full"]))
        #expect(
            Set(Catalogue.standard.strictest(of: profile).map(\.id))
                .isSuperset(of: ["ProtectSystem=strict", "PrivateTmp=yes"]))
        #expect(
            Catalogue.standard.strictest(of: profile).count { $0.directive == "ProtectSystem" } == 1
        )
    }

    @Test("a service that died is quoted; one that answers wrongly or starts too slowly is not")
    func words() async throws {
        for (fault, isQuoted) in [
            (SimulatedFault.execStep, true), (.diesAtStart, true), (.diesWhileSettling, true),
            (.probe, false), (.startTimesOut, false), (.reload, false),
        ] {
            let service = SimulatedService(conflicts: [[]], fault: fault)
            let trial = try await CampaignFixture.procedure(of: service).run(
                TrialSpec(.unrestricted, .asItIs), cadence: CampaignFixture.hurried.beforeBaseline)
            #expect(trial.because.hasSuffix(": up") == isQuoted, "\(trial.because)")
        }
    }
}
