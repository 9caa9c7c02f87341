import Hardening
import TemperTesting
import Testing
import Trials

@Suite("A campaign that is ended, by limits or by what goes wrong", Campaigns.oneAtATime)
struct CampaignEndTests {
    @Test("no more trials than allowed are made", arguments: [3, 4, 7, 12])
    func maxTrials(limit: Int) async throws {
        var options = CampaignOptions()
        options.maxTrials = limit
        var random = SplitMix64(seed: 9)
        let service = SimulatedService(
            conflicts: (0..<6).map { _ in [CampaignFixture.ids.randomElement(using: &random) ?? ""]
            })
        let outcome = try await CampaignFixture.campaign(service, options: options).run()
        #expect(outcome.ending == .limit)
        #expect(outcome.trials.count == limit)
        #expect(!service.breaks(under: outcome.accepted))
        #expect(outcome.possible <= outcome.after)
    }

    @Test("no more time than allowed is taken")
    func maxTime() async throws {
        var options = CampaignOptions()
        options.maxTime = .zero
        let outcome = try await CampaignFixture.campaign(SimulatedService(), options: options).run()
        #expect(outcome.ending == .limit && outcome.trials.count == options.baselineRuns)
    }

    @Test("it ends as soon as the exposure is good enough, and that much has passed")
    func goodEnough() async throws {
        var options = CampaignOptions()
        options.goodEnough = Exposure(tenths: 60)
        let service = SimulatedService(conflicts: [["ProtectClock=yes"], ["PrivateNetwork=yes"]])
        let outcome = try await CampaignFixture.campaign(service, options: options).run()
        #expect(outcome.ending == .goodEnough)
        #expect(outcome.after <= Exposure(tenths: 60))
        #expect(outcome.passedIn != nil && !service.breaks(under: outcome.accepted))
    }

    @Test("being interrupted after the baseline is an outcome with the best so far")
    func interrupted() async throws {
        let service = SimulatedService(conflicts: [["ProtectClock=yes"], ["PrivateTmp=yes"]])
        let whole = try await CampaignFixture.campaign(service).run()
        for stop in 3...whole.trials.count {
            let outcome = try await Task {
                try await CampaignFixture.campaign(service) { event in
                    if case .asking(stop, _, _) = event { withUnsafeCurrentTask { $0?.cancel() } }
                }.run()
            }.value
            #expect(outcome.ending == .interrupted)
            #expect(outcome.trials.count == stop - 1)
            #expect(!service.breaks(under: outcome.accepted))
        }
        #expect(service.leftRunning == 0)
    }

    @Test("being interrupted during the baseline is an error that says so")
    func interruptedEarly() async throws {
        let task = Task {
            try await CampaignFixture.campaign(SimulatedService()) { event in
                if case .asking(1, _, _) = event { withUnsafeCurrentTask { $0?.cancel() } }
            }.run()
        }
        let error = await #expect(throws: ExperimentError.self) { try await task.value }
        #expect(error?.isInterruption == true)
    }

    @Test("a ledger that is full ends the experiment after any number of trials")
    func fullLedger() async throws {
        for capacity in [0, 1, 2, 3, 7] {
            let service = SimulatedService(conflicts: [["ProtectClock=yes"]])
            let ledger = MemoryLedger(capacity: capacity)
            await #expect(throws: ExperimentError.self) {
                try await CampaignFixture.campaign(service, ledger: ledger).run()
            }
            #expect(ledger.trials.count == capacity)
            #expect(service.leftRunning == 0)
        }
    }

    @Test("a bus that is lost ends the experiment")
    func lostBus() async throws {
        for breakdown in SimulatedService.Breakdown.allCases {
            let service = SimulatedService(breakdown: breakdown)
            await #expect(throws: ExperimentError.self) {
                try await CampaignFixture.campaign(service).run()
            }
            #expect(service.leftRunning == 0)
        }
    }

    @Test("every trial is on record before the search learns from it, and reported after")
    func recordFirst() async throws {
        let ledger = MemoryLedger()
        let service = SimulatedService(conflicts: [["ProtectClock=yes"]])
        let outcome = try await CampaignFixture.campaign(service, ledger: ledger) { event in
            switch event {
            case .asking(let number, _, _): #expect(ledger.trials.count == number - 1)
            case .tried(let trial, _, _): #expect(ledger.trials.last?.number == trial.number)
            }
        }.run()
        #expect(ledger.trials == outcome.trials)
    }
}
