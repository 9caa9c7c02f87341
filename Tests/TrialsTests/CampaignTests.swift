import Bisection
import Foundation
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
        let problem = Playground.problem
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
            var random = Seeded(seed)
            let service = SimulatedService(
                conflicts: Playground.conflicts(using: &random),
                fault: SimulatedFault.allCases.filter { !$0.isDoubt }
                    .randomElement(using: &random) ?? .probe)
            let outcome = try await Playground.campaign(service).run()
            expectPromises(outcome, service, "seed \(seed), \(service.conflicts)")
        }
    }

    @Test("is 1-maximal also when it is to be fast")
    func fast() async throws {
        var options = CampaignOptions()
        options.isFast = true
        for seed in 0..<UInt64(Effort.campaigns / 4) {
            var random = Seeded(1_000_000 + seed)
            let service = SimulatedService(conflicts: Playground.conflicts(using: &random))
            let outcome = try await Playground.campaign(service, options: options).run()
            expectPromises(outcome, service, "seed \(seed), \(service.conflicts)")
        }
    }

    @Test("a service that exits with another status at each stop is looked at for longer")
    func variedEndings() async throws {
        for seed in 0..<UInt64(Effort.campaigns / 8) {
            var random = Seeded(4_000_000 + seed)
            let statuses =
                [0, 1] + (0..<1000).map { _ in Int32.random(in: 0...2, using: &random) }
            let service = SimulatedService(
                conflicts: Playground.conflicts(using: &random), statusesAtStop: statuses)
            let outcome = try await Playground.campaign(service).run()
            let baseline = outcome.trials.prefix { $0.profile == .unrestricted }
            expectPromises(outcome, service, "seed \(seed), \(service.conflicts)")
            #expect(outcome.skipped.contains { $0.what == "what it exits with when stopped" })
            #expect(baseline.count > 2)
        }
    }

    @Test("an exit status that comes once under a profile and not again is not held against it")
    func rareEnding() async throws {
        for seed in 0..<UInt64(Effort.campaigns / 8) {
            var random = Seeded(5_000_000 + seed)
            // The baseline does not show it, and it never comes twice in a row.
            var statuses = [Int32](repeating: 0, count: 9)
            statuses[Int.random(in: 2..<9, using: &random)] = 1
            let service = SimulatedService(
                conflicts: Playground.conflicts(using: &random), statusesAtStop: statuses)
            let outcome = try await Playground.campaign(service).run()
            expectPromises(outcome, service, "seed \(seed), \(service.conflicts)")
        }
    }

    @Test("the witness of a refusal holds that restriction and otherwise only accepted ones")
    func witnesses() async throws {
        for seed in 0..<UInt64(Effort.campaigns / 4) {
            var random = Seeded(2_000_000 + seed)
            let service = SimulatedService(conflicts: Playground.conflicts(using: &random))
            let outcome = try await Playground.campaign(service).run()
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
        let outcome = try await Playground.campaign(service).run()
        #expect(outcome.accepted.restrictions == Set(Playground.ids))
        #expect(outcome.refused.isEmpty)
        #expect(outcome.trials.count <= 10)
        #expect(outcome.after < outcome.before && outcome.possible == outcome.after)
    }

    @Test("a service that much breaks keeps the rest, with a reason for each that it lacks")
    func fragile() async throws {
        let broken = Set(Playground.ids.prefix(30))
        let service = SimulatedService(conflicts: broken.map { [$0] })
        let outcome = try await Playground.campaign(service).run()
        let offer = Playground.problem.offer
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
        let service = SimulatedService(conflicts: Playground.ids.map { [$0] })
        let outcome = try await Playground.campaign(service, options: options).run()
        #expect(outcome.accepted == .unrestricted && outcome.passedIn == nil)
        #expect(outcome.after == outcome.before)
    }

    // MARK: Baseline

    @Test("a service that fails as it is ends the experiment before anything is restricted")
    func brokenBaseline() async throws {
        let service = SimulatedService(conflicts: [[]], fault: .probe)
        let ledger = MemoryLedger()
        let error = await #expect(throws: ExperimentError.self) {
            try await Playground.campaign(service, ledger: ledger).run()
        }
        #expect(error?.isBaseline == true)
        #expect(
            error?.description.contains("fails without any restriction: simulated probe: HTTP 502")
                == true)
        #expect(service.profiles.allSatisfy { $0 == .unrestricted })
        #expect(service.leftRunning == 0)
    }

    @Test("a baseline that failed once is tried again by the next run, off no record")
    func baselineIsNotRemembered() async throws {
        let ledger = MemoryLedger()
        let unlucky = SimulatedService(fault: .probe, lies: { $0 <= 3 })
        await #expect(throws: ExperimentError.self) {
            try await Playground.campaign(unlucky, ledger: ledger).run()
        }
        #expect(ledger.trials.isEmpty)
        let outcome = try await Playground.campaign(
            SimulatedService(), ledger: MemoryLedger(resuming: ledger.trials)
        ).run()
        #expect(outcome.ending == .complete)
    }

    @Test("a warm-up passes or ends the experiment, and is on nobody's record")
    func warmUp() async throws {
        let good = SimulatedService()
        let procedure = Playground.campaign(good).procedure
        let trial = try await Campaign.warmUp(procedure, cadence: ChosenCadence(), now: 5)
        #expect(trial.number == 0 && trial.began == 5 && trial.profile == .unrestricted)
        let unlucky = SimulatedService(fault: .probe, lies: { $0 == 1 })
        let again = try await Campaign.warmUp(
            Playground.campaign(unlucky).procedure, cadence: ChosenCadence(), now: 5)
        #expect(again.verdict.isPass && unlucky.profiles.count == 2)
        let bad = SimulatedService(conflicts: [[]], fault: .diesWhenReady)
        let error = await #expect(throws: ExperimentError.self) {
            try await Campaign.warmUp(
                Playground.campaign(bad).procedure, cadence: ChosenCadence(), now: 5)
        }
        #expect(error?.isBaseline == true)
        #expect(bad.leftRunning == 0)
    }

    @Test("the baseline is tried as often as asked")
    func baselineRuns() async throws {
        var options = CampaignOptions()
        options.baselineRuns = 5
        let service = SimulatedService()
        let outcome = try await Playground.campaign(service, options: options).run()
        #expect(outcome.trials.prefix(5).allSatisfy { $0.profile == .unrestricted })
        #expect(outcome.trials[5].profile != .unrestricted)
        #expect(service.profiles.prefix(5).allSatisfy { $0 == .unrestricted })
    }

    // MARK: Doubt

    @Test(
        "what cannot be judged is left out, said to be so, and the rest is taken",
        arguments: SimulatedFault.allCases.filter(\.isDoubt))
    func unresolved(fault: SimulatedFault) async throws {
        let service = SimulatedService(conflicts: [["ProtectClock=yes"]], fault: fault)
        let outcome = try await Playground.campaign(service).run()
        #expect(outcome.ending == .complete)
        #expect(!outcome.accepted.restrictions.contains("ProtectClock=yes"))
        #expect(outcome.accepted.restrictions.count == Playground.ids.count - 1)
        #expect(outcome.refused.map(\.restriction) == ["ProtectClock=yes"])
        #expect(outcome.refused.first?.isUnresolved == true)
    }

    @Test("a service whose probe lies now and then never ends with what was never seen to pass")
    func flaky() async throws {
        var wrong = 0
        for seed in 0..<UInt64(Effort.campaigns / 4) {
            var random = Seeded(3_000_000 + seed)
            let conflicts = Playground.conflicts(using: &random)
            let service = SimulatedService(conflicts: conflicts, fault: .probe) { start in
                var coin = Seeded(seed &* 1_000 &+ UInt64(start))
                return start > 2 && Int.random(in: 0..<100, using: &coin) < 2
            }
            let outcome = try await Playground.campaign(service).run()
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
                var coin = Seeded(seed &* 1_000 &+ UInt64(start))
                return start > 2 && Bool.random(using: &coin)
            }
            var options = CampaignOptions()
            options.maxTrials = 2_000
            let outcome = try await Playground.campaign(service, options: options).run()
            #expect(outcome.ending != .limit, "seed \(seed)")
        }
    }

    @Test("a result that fails once when it is repeated is tried again, and taken if it passes")
    func confirmation() async throws {
        let last = try await Playground.campaign(SimulatedService()).run().trials.count
        let service = SimulatedService(fault: .probe) { $0 == last }
        let outcome = try await Playground.campaign(service).run()
        #expect(outcome.trials[last - 1].verdict == .failed("simulated probe: HTTP 502"))
        #expect(outcome.ending == .complete)
        #expect(outcome.trials.last?.verdict == .passed)
        #expect(outcome.trials.last?.profile == outcome.accepted)
    }

    @Test("a result that never passes again is not the result")
    func brokenConfirmation() async throws {
        let last = try await Playground.campaign(SimulatedService()).run().trials.count
        let service = SimulatedService(fault: .probe, isHonestUnrestricted: true) { $0 >= last }
        var options = CampaignOptions()
        options.maxTrials = last + 30
        let outcome = try await Playground.campaign(service, options: options).run()
        let asked = outcome.trials.filter { $0.profile == outcome.accepted }
        #expect(
            outcome.ending != .complete
                || asked.count { $0.verdict.isPass } > asked.count { !$0.verdict.isPass })
    }

    @Test("a result is confirmed as often as asked")
    func confirmations() async throws {
        var options = CampaignOptions()
        options.confirmations = 4
        let outcome = try await Playground.campaign(SimulatedService(), options: options).run()
        #expect(outcome.trials.suffix(4).allSatisfy { $0.profile == outcome.accepted })
        #expect(outcome.trials.count { $0.profile == outcome.accepted } == 5)
    }

    @Test("a confirmation that can never be judged does not go on for ever")
    func confirmationInDoubt() async throws {
        let last = try await Playground.campaign(SimulatedService()).run().trials.count
        let service = SimulatedService(fault: .probeCannotTell) { $0 >= last }
        let outcome = try await Playground.campaign(service).run()
        #expect(outcome.trials.count < last + 20)
        #expect(outcome.ending == .tooFlaky(rate: 1))
    }

    // MARK: Limits

    @Test("no more trials than allowed are made", arguments: [3, 4, 7, 12])
    func maxTrials(limit: Int) async throws {
        var options = CampaignOptions()
        options.maxTrials = limit
        var random = Seeded(9)
        let service = SimulatedService(
            conflicts: (0..<6).map { _ in [Playground.ids.randomElement(using: &random) ?? ""] })
        let outcome = try await Playground.campaign(service, options: options).run()
        #expect(outcome.ending == .limit)
        #expect(outcome.trials.count == limit)
        #expect(!service.breaks(under: outcome.accepted))
        #expect(outcome.possible <= outcome.after)
    }

    @Test("no more time than allowed is taken")
    func maxTime() async throws {
        var options = CampaignOptions()
        options.maxTime = .zero
        let outcome = try await Playground.campaign(SimulatedService(), options: options).run()
        #expect(outcome.ending == .limit && outcome.trials.count == options.baselineRuns)
    }

    @Test("it ends as soon as the exposure is good enough, and that much has passed")
    func goodEnough() async throws {
        var options = CampaignOptions()
        options.goodEnough = Exposure(tenths: 60)
        let service = SimulatedService(conflicts: [["ProtectClock=yes"], ["PrivateNetwork=yes"]])
        let outcome = try await Playground.campaign(service, options: options).run()
        #expect(outcome.ending == .goodEnough)
        #expect(outcome.after <= Exposure(tenths: 60))
        #expect(outcome.passedIn != nil && !service.breaks(under: outcome.accepted))
    }

    // MARK: Ends

    @Test("being interrupted after the baseline is an outcome with the best so far")
    func interrupted() async throws {
        let service = SimulatedService(conflicts: [["ProtectClock=yes"], ["PrivateTmp=yes"]])
        let whole = try await Playground.campaign(service).run()
        for stop in 3...whole.trials.count {
            let outcome = try await Task {
                try await Playground.campaign(service) { event in
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
            try await Playground.campaign(SimulatedService()) { event in
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
                try await Playground.campaign(service, ledger: ledger).run()
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
                try await Playground.campaign(service).run()
            }
            #expect(service.leftRunning == 0)
        }
    }

    @Test("every trial is on record before the search learns from it, and reported after")
    func recordFirst() async throws {
        let ledger = MemoryLedger()
        let service = SimulatedService(conflicts: [["ProtectClock=yes"]])
        let outcome = try await Playground.campaign(service, ledger: ledger) { event in
            switch event {
            case .asking(let number, _, _): #expect(ledger.trials.count == number - 1)
            case .tried(let trial, _, _): #expect(ledger.trials.last?.number == trial.number)
            }
        }.run()
        #expect(ledger.trials == outcome.trials)
    }
}

/// How many random campaigns are run: few each time, thousands where `TEMPER_CAMPAIGNS` says so.
enum Effort {
    static let campaigns =
        ProcessInfo.processInfo.environment["TEMPER_CAMPAIGNS"].flatMap { Int($0) } ?? 24
}
