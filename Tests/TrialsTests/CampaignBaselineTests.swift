import Hardening
import Synchronization
import TemperTesting
import Testing
import Trials

@Suite("The baseline of a campaign", Campaigns.oneAtATime)
struct CampaignBaselineTests {
    @Test("a service that fails as it is ends the experiment before anything is restricted")
    func brokenBaseline() async throws {
        let service = SimulatedService(conflicts: [[]], fault: .probe)
        let ledger = MemoryLedger()
        let error = await #expect(throws: ExperimentError.self) {
            try await CampaignFixture.campaign(service, ledger: ledger).run()
        }
        #expect(error?.isBaseline == true)
        #expect(
            error?.description.hasPrefix(
                "the service is up, and its probe fails without any restriction: simulated probe: "
                    + "HTTP 502") == true)
        #expect(service.profiles.allSatisfy { $0 == .unrestricted })
        #expect(service.leftRunning == 0)
    }

    @Test("a baseline that failed once is tried again by the next run, off no record")
    func baselineIsNotRemembered() async throws {
        let ledger = MemoryLedger()
        let unlucky = SimulatedService(fault: .probe, lies: { $0 <= 3 })
        await #expect(throws: ExperimentError.self) {
            try await CampaignFixture.campaign(unlucky, ledger: ledger).run()
        }
        #expect(ledger.trials.isEmpty)
        let outcome = try await CampaignFixture.campaign(
            SimulatedService(), ledger: MemoryLedger(resuming: ledger.trials)
        ).run()
        #expect(outcome.ending == .complete)
    }

    @Test("a warm-up passes or ends the experiment, and is on nobody's record")
    func warmUp() async throws {
        let good = SimulatedService()
        let procedure = CampaignFixture.procedure(of: good)
        let trial = try await Campaign.warmUp(procedure, cadence: ChosenCadence(), now: 5)
        #expect(trial.number == 0 && trial.began == 5 && trial.profile == .unrestricted)
        let unlucky = SimulatedService(fault: .probe, lies: { $0 == 1 })
        let again = try await Campaign.warmUp(
            CampaignFixture.procedure(of: unlucky), cadence: ChosenCadence(), now: 5)
        #expect(again.verdict.isPass && unlucky.profiles.count == 2)
        let bad = SimulatedService(conflicts: [[]], fault: .diesWhenReady)
        let error = await #expect(throws: ExperimentError.self) {
            try await Campaign.warmUp(
                CampaignFixture.procedure(of: bad), cadence: ChosenCadence(), now: 5)
        }
        #expect(error?.isBaseline == true)
        #expect(error?.description.hasPrefix("the service fails without any restriction") == true)
        #expect(bad.leftRunning == 0)
    }

    @Test("a probe that uses up what it tests is named before anything is hardened")
    func usedUp() async throws {
        let isLeft = Mutex(true)
        let probe = ScriptedProbe(name: "takes the only one") { _ in
            isLeft.withLock { left in
                defer { left = false }
                return left ? .healthy : .unhealthy("there is none")
            }
        }
        let procedure = TrialProcedure(
            service: SimulatedService(), probes: [probe], canReload: false, settle: .zero)
        let error = await #expect(throws: ExperimentError.self) {
            try await Campaign.warmUp(procedure, cadence: CampaignFixture.hurried, now: 5)
        }
        #expect(error?.isBaseline == true)
        #expect(
            error?.description.hasPrefix(
                "takes the only one held when it was asked first, and never after that") == true)
        #expect(error?.description.contains("--before") == true)
        // One that never holds is another matter.
        let never = await #expect(throws: ExperimentError.self) {
            try await Campaign.warmUp(procedure, cadence: CampaignFixture.hurried, now: 5)
        }
        #expect(never?.description.contains("--before") == false)
    }

    @Test("the baseline is tried as often as asked")
    func baselineRuns() async throws {
        var options = CampaignOptions()
        options.baselineRuns = 5
        let service = SimulatedService()
        let outcome = try await CampaignFixture.campaign(service, options: options).run()
        #expect(outcome.trials.prefix(5).allSatisfy { $0.profile == .unrestricted })
        #expect(outcome.trials[5].profile != .unrestricted)
        #expect(service.profiles.prefix(5).allSatisfy { $0 == .unrestricted })
    }
}
