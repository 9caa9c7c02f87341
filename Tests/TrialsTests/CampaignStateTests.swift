import Bisection
import Hardening
import TemperTesting
import Testing

@testable import Trials

@Suite("A campaign is a value: it is told of trials and of time, and says what comes next")
struct CampaignStateTests {
    /// A campaign that is told of trials instead of making any.
    private struct Told {
        var state: CampaignState
        var now = ContinuousClock.now
        var asked: [TrialSpec] = []

        init(_ options: CampaignOptions = CampaignOptions(), identity: Identity? = nil) {
            state = CampaignState(
                problem: CampaignFixture.problem, options: options,
                observedUsage: ObservedUsage([], sandbox: Sandbox()), identity: identity)
        }

        /// What it wants besides saying what to expect.
        mutating func next() -> TrialAction<Outcome> {
            while true {
                let action = state.next(at: now)
                if case .expect = action { continue }
                if case .foresee = action { continue }
                return action
            }
        }

        /// Answers its questions until it wants something else.
        mutating func answer(
            atMost most: Int = 500, _ verdict: (TrialSpec) -> CheckOutcome
        ) -> TrialAction<Outcome> {
            for _ in 0..<most {
                let action = next()
                guard case .run(let spec, _) = action else { return action }
                asked.append(spec)
                state.learn(trial(spec, verdict(spec)))
            }
            return next()
        }

        func trial(_ spec: TrialSpec, _ outcome: CheckOutcome) -> Trial {
            let up = UnitState(type: "exec", active: "active", sub: "running", result: "success")
            var observations: [Observation] = [
                .job(.start, result: .done), .unit(.ready, up),
                .probe(.ready, name: "told", outcome),
            ]
            if spec.startsAgain && outcome.isHealthy {
                observations += [
                    .job(.secondStart, result: .done), .job(.secondStop, result: .done),
                ]
            }
            return Trial(
                number: state.trials.count + 1, purpose: spec.purpose, profile: spec.profile,
                began: 0, microseconds: .init(), observations: observations,
                baseline: state.expectations.measure)
        }
    }

    private func breaks(_ id: String) -> (TrialSpec) -> CheckOutcome {
        { $0.profile.restrictions.contains(id) ? .unhealthy("no") : .healthy }
    }

    @Test("the baseline comes first, twice and each time with a second start; then the search")
    func order() {
        var told = Told()
        guard case .conclude(let outcome) = told.answer(breaks("PrivateTmp=yes")) else {
            Issue.record("it came to no conclusion")
            return
        }
        #expect(
            told.asked.prefix(2).map(\.purpose) == [.baseline(run: 1), .baseline(run: 2)])
        #expect(told.asked.prefix(2).allSatisfy { $0.startsAgain && $0.profile == .unrestricted })
        #expect(told.asked.last?.purpose == .confirmation)
        #expect(told.asked.dropFirst(2).dropLast().allSatisfy { !$0.startsAgain })
        #expect(outcome.refused.map(\.restriction) == ["PrivateTmp=yes"])
        #expect(outcome.ending == .complete && outcome.trials.count == told.asked.count)
    }

    @Test("asking what comes next changes nothing: the same question comes again")
    func repeatable() {
        var told = Told()
        var count = 0
        while case .run(let first, _) = told.next() {
            guard case .run(let second, _) = told.next() else {
                Issue.record("it asks nothing")
                return
            }
            #expect(first == second)
            count += 1
            told.state.learn(told.trial(first, .healthy))
        }
        #expect(count > 3)
    }

    @Test("trials are measured by the baseline from the moment it is established, not before")
    func expectations() {
        var told = Told()
        var bound: [Bool] = []
        for _ in 0..<20 where !bound.contains(true) {
            switch told.state.next(at: told.now) {
            case .expect(let expectations): bound.append(expectations.isBinding)
            case .run(let spec, _): told.state.learn(told.trial(spec, .healthy))
            default: break
            }
        }
        // What each run showed, and then that it counts.
        #expect(bound == [false, false, true] && told.state.trials.count == 2)
    }

    @Test("time is told to it: past the limit it concludes with what was found by then")
    func time() {
        var options = CampaignOptions()
        options.maxTime = .seconds(60)
        var told = Told(options)
        _ = told.answer(atMost: 5, breaks("PrivateTmp=yes"))
        told.now += .seconds(59)
        guard case .run = told.next() else {
            Issue.record("it stops too early")
            return
        }
        told.now += .seconds(1)
        // The question that was asked is still answered.
        guard case .conclude(let outcome) = told.answer(breaks("PrivateTmp=yes")) else {
            Issue.record("it goes on")
            return
        }
        #expect(outcome.ending == .limit && told.asked.count == 6)
    }

    @Test("a service that fails as it is three times is broken; one that also passes is counted")
    func baseline() {
        var broken = Told()
        guard case .fail(let error) = broken.answer({ _ in .unhealthy("no") }) else {
            Issue.record("a broken service is searched")
            return
        }
        #expect(error.isBaseline && broken.asked.count == 3)
        var unsteady = Told()
        var runs = 0
        _ = unsteady.answer(atMost: 10) { _ in
            runs += 1
            return runs == 2 ? .unhealthy("no") : .healthy
        }
        #expect(unsteady.asked.last?.purpose == .baseline(run: 10))
        #expect(unsteady.state.flipRates == FlipRates.baseline(failures: 1, of: 10))
    }

    @Test("an interruption is an outcome of a search, and an error before it")
    func interruption() {
        var told = Told()
        #expect(told.state.end(by: .interrupted) == nil)
        _ = told.answer(atMost: 8) { _ in .healthy }
        #expect(told.state.end(by: .interrupted)?.ending == .interrupted)
        #expect(told.state.end(by: ExperimentError("the bus is gone")) == nil)
    }

    @Test("another identity is prepared before it is tried, and taken back where it fails")
    func identity() {
        let identity = Identity(
            name: "User=x", problem: CampaignFixture.problem,
            prepare: { () throws(ExperimentError) in }, undo: {})
        var told = Told(identity: identity)
        guard case .prepare = told.answer({ _ in .healthy }) else {
            Issue.record("it is not prepared")
            return
        }
        #expect(told.asked.count == 2)
        guard case .undo = told.answer({ _ in .unhealthy("no") }) else {
            Issue.record("it is not taken back")
            return
        }
        #expect(told.asked.last?.purpose == .identity("User=x"))
        #expect(told.state.identityTrial?.number == 3)
    }
}
