import Hardening
import TemperTesting
import Testing
import Trials

@Suite("A campaign tells of what passed and is odd", Campaigns.oneAtATime)
struct SuspiciousCampaignTests {
    let noise: [String: Set<String>] = [
        "cannot read the clock": ["ProtectClock=yes"],
        "cannot do both": ["PrivateTmp=yes", "ProtectHome=yes"],
        "again it cannot": ["PrivateDevices=yes"],
    ]

    @Test("each new complaint with the smallest set that brings it")
    func traced() async throws {
        let service = SimulatedService(conflicts: [["UMask=0077"]], complaints: noise)
        let outcome = try await CampaignFixture.campaign(service).run()
        #expect(outcome.ending == .complete)
        let found = Dictionary(
            uniqueKeysWithValues: outcome.suspicious.map { ($0.line, Set($0.restrictions)) })
        #expect(
            found
                == Dictionary(
                    uniqueKeysWithValues: noise.map { ("simulated: \($0.key)", $0.value) }))
        for suspicious in outcome.suspicious {
            let trial = outcome.trials[suspicious.trial - 1]
            #expect(trial.profile == outcome.accepted && trial.verdict.isPass)
        }
        #expect(service.leftRunning == 0)
    }

    @Test("a complaint that it always makes is not suspicious")
    func always() async throws {
        let service = SimulatedService(complaints: ["cannot do anything": []])
        #expect(try await CampaignFixture.campaign(service).run().suspicious == [])
    }

    @Test("with strict logs what brings a complaint is refused, and the result is quiet")
    func strict() async throws {
        var options = CampaignOptions()
        options.isStrict = true
        let service = SimulatedService(complaints: noise)
        let outcome = try await CampaignFixture.campaign(service, options: options).run()
        #expect(outcome.suspicious == [])
        #expect(!outcome.accepted.restrictions.contains("ProtectClock=yes"))
        #expect(!outcome.accepted.restrictions.contains("PrivateDevices=yes"))
        #expect(!noise["cannot do both"]!.isSubset(of: outcome.accepted.restrictions))
        let refusal = outcome.refused.first { $0.restriction == "ProtectClock=yes" }
        #expect(refusal?.because == "new in its journal: simulated: cannot read the clock")
    }

    @Test("the hunt keeps to the limits of the campaign")
    func limited() async throws {
        var options = CampaignOptions()
        options.maxTrials = 4
        let service = SimulatedService(complaints: noise)
        let outcome = try await CampaignFixture.campaign(service, options: options).run()
        #expect(outcome.trials.count <= 5)
    }

    @Test("where nobody asks what is odd, no trial is made for it")
    func untraced() async throws {
        var options = CampaignOptions()
        let service = SimulatedService(complaints: noise)
        let traced = try await CampaignFixture.campaign(service, options: options).run()
        options.tracesSuspicions = false
        let outcome = try await CampaignFixture.campaign(service, options: options).run()
        #expect(outcome.suspicious == [])
        #expect(outcome.accepted == traced.accepted)
        #expect(outcome.trials.count < traced.trials.count)
    }

    @Test("a result that fails at its second start only is found again with second starts")
    func secondStart() async throws {
        for fault in [SimulatedFault.secondStart, .probeAfterSecondStart, .endsOtherwiseAgain] {
            let service = SimulatedService(conflicts: [["ProtectClock=yes"]], fault: fault)
            let outcome = try await CampaignFixture.campaign(service).run()
            #expect(outcome.ending == .complete, "\(fault)")
            #expect(!outcome.accepted.restrictions.contains("ProtectClock=yes"), "\(fault)")
            #expect(outcome.refused.map(\.restriction).contains("ProtectClock=yes"), "\(fault)")
            let passed = try #require(outcome.passedIn)
            #expect(
                outcome.trials[passed - 1].observations
                    .contains(.job(.secondStop, result: .done)))
        }
    }

    @Test("a campaign whose result starts twice spends no second start on other trials")
    func cheapness() async throws {
        let service = SimulatedService(conflicts: [["ProtectClock=yes"]])
        let outcome = try await CampaignFixture.campaign(service).run()
        let twice = outcome.trials.filter {
            $0.observations.contains(.job(.secondStart, result: .done))
        }
        // Two runs of the baseline and one confirmation.
        #expect(twice.count == 3)
    }

    @Test("a service that cannot start twice as it is is not asked to, and the outcome says so")
    func impossible() async throws {
        let service = SimulatedService(conflicts: [[]], fault: .secondStart)
        let procedure = TrialProcedure(
            service: service, probes: [service.probe], canReload: true, settle: .zero)
        let trial = try await Campaign.warmUp(procedure, cadence: ChosenCadence(), now: 0)
        #expect(trial.verdict == .passed)
        let baseline = Baseline(learnedFrom: [trial])
        #expect(
            baseline.noSecondStart
                == "the service as it is fails in it: second start failed: exit status 1")
        let outcome = try await Campaign(
            problem: CampaignFixture.problem, places: TrialPlaces([procedure]),
            ledger: MemoryLedger(),
            options: CampaignOptions(), observedUsage: ObservedUsage([], sandbox: Sandbox()),
            baseline: baseline, now: { 0 }, report: { _ in }
        ).run()
        #expect(outcome.ending == .complete)
        #expect(outcome.skipped.map(\.what) == ["second start"])
    }
}
