import Bisection
import Hardening

/// The trials of one `harden`: the baseline first, then whatever the search asks, then the result
/// once more. It carries questions to the course and answers to the search; every trial is in the
/// ledger before the search learns from it.
public struct Campaign: Sendable {
    public private(set) var problem: SearchProblem
    public let procedure: TrialProcedure
    public let ledger: any Ledger
    public let options: CampaignOptions
    /// Microseconds since 1970.
    private let now: @Sendable () -> UInt64
    /// What the service was seen to use.
    private let observedUsage: ObservedUsage
    /// What it was seen to do before the campaign.
    private let baseline: Baseline
    private let report: @Sendable (CampaignEvent) -> Void
    /// Whom the service could be instead of root.
    public var identity: Identity?
    /// What is known before the first question: trials of profiles of the agenda.
    var known: [Trial] = []

    public init(
        problem: SearchProblem, procedure: TrialProcedure, ledger: any Ledger,
        options: CampaignOptions,
        observedUsage: ObservedUsage, baseline: Baseline = .unknown,
        now: @escaping @Sendable () -> UInt64,
        report: @escaping @Sendable (CampaignEvent) -> Void
    ) {
        self.problem = problem
        self.procedure = procedure
        self.ledger = ledger
        self.options = options
        self.observedUsage = observedUsage
        self.baseline = baseline
        self.now = now
        self.report = report
    }

    /// - Throws: `ExperimentError` when the experiment cannot go on, among them a baseline that
    ///   fails. Being interrupted after the baseline is an outcome.
    public func run() async throws(ExperimentError) -> Outcome {
        var state = freshDiary()
        try await establishBaseline(&state)
        return try await settled(&state).search(&state)
    }

    func freshDiary() -> CampaignState {
        CampaignState(chosen: options.cadence, baseline: baseline, isStrict: options.isStrict)
    }

    /// The campaign once it is decided who the service is.
    func settled(_ state: inout CampaignState) async throws(ExperimentError) -> Campaign {
        var campaign = self
        if let identity {
            state.identity = try await tried(identity, &state)
            if state.identity?.verdict.isPass == true { campaign.problem = identity.problem }
        }
        return campaign
    }

    /// Who the service is comes before everything else, because it decides what else it needs:
    /// a service that never was root does not have to become somebody.
    private func tried(
        _ identity: Identity, _ state: inout CampaignState
    ) async throws(ExperimentError) -> Trial {
        try identity.prepare()
        // The second start meets what the first one left: a file that root made, or systemd
        // removed, is missed only then.
        let trial = try await decisive(
            identity.problem.fixed, "does it work as \(identity.name)?", &state, startsAgain: true)
        if !trial.verdict.isPass { identity.undo() }
        return trial
    }

    func search(_ state: inout CampaignState) async throws(ExperimentError) -> Outcome {
        let began = ContinuousClock.now
        var search = freshSearch(&state)
        var suspicious: [Outcome.Suspicious] = []
        var ending = CampaignEnding.complete
        do {
            // Halving believes every answer.
            if !known.isEmpty && state.flipRates == nil {
                try await bisect(&search, &state, since: began)
            }
            // A result that does not pass again is news for the search, which goes on with it.
            settling: while true {
                ending = try await askOn(&search, &state, since: began)
                if ending != .complete { break }
                switch try await confirm(&search, &state) {
                case .passed: break settling
                case .failedAgain where state.startAnew(): search = freshSearch(&state)
                case .failed, .failedAgain:
                    state.denials += 1
                    // The search asks nothing more and its result does not pass: no end is in
                    // sight.
                    if state.denials > 8 {
                        ending = .tooFlaky(rate: 1)
                        break settling
                    }
                }
            }
            suspicious = try await suspicions(
                of: problem.profile(search.best), &state, since: began)
        } catch {
            guard error.isInterruption || error.isPlaceLost else { throw error }
            ending = error.isInterruption ? .interrupted : .limit
        }
        return outcome(search, state, ending, suspicious)
    }

    private func freshSearch(_ state: inout CampaignState) -> Search {
        var search = Search(
            problem.space,
            options: Options(
                rigor: options.isFast ? .maximal : .proof,
                reliability: state.flipRates.map(Options.Reliability.flaky) ?? .steady,
                // With an answer to begin from, what is left to find is a needle.
                naming: known.isEmpty ? 0.3 : 0))
        let ratios = observedUsage.likelihoodRatios(
            of: problem.offer, in: problem.dialect,
            losesRoot: !problem.fixed.restrictions.isEmpty)
        for (item, restriction) in problem.offer.restrictions.enumerated() {
            if let ratio = ratios[restriction.id] { search.suspect(item, likelihoodRatio: ratio) }
        }
        for trial in known {
            learn(trial, Question(problem.items(of: trial.profile), for: .recheck), &search, &state)
        }
        return search
    }

    private func askOn(
        _ search: inout Search, _ state: inout CampaignState, since began: ContinuousClock.Instant
    ) async throws(ExperimentError) -> CampaignEnding {
        while case .ask(let questions) = search.nextRound() {
            for question in questions {
                if let stop = limit(state, search, since: began) { return stop }
                try await ask(question, &search, &state)
                try await lookAfterBaseline(&state)
            }
        }
        return .complete
    }

    private func limit(
        _ state: CampaignState, _ search: Search, since began: ContinuousClock.Instant
    ) -> CampaignEnding? {
        if isOver(state, since: began) { return .limit }
        if let enough = options.goodEnough, problem.exposure(problem.profile(search.best)) <= enough
        {
            return .goodEnough
        }
        return nil
    }

    /// Whether the user wants no more trials.
    func isOver(_ state: CampaignState, since began: ContinuousClock.Instant) -> Bool {
        if let most = options.maxTrials, state.trials.count >= most { return true }
        if let most = options.maxTime, ContinuousClock.now - began >= most { return true }
        if let end = options.mustEnd, ContinuousClock.now + state.longest >= end { return true }
        return false
    }

    // MARK: Trials

    func ask(
        _ question: Question, _ search: inout Search, _ state: inout CampaignState,
        purpose: String? = nil,
        startsAgain: Bool = false
    ) async throws(ExperimentError) {
        func run(_ purpose: String, _ state: inout CampaignState) async throws(ExperimentError)
            -> Trial
        {
            try await self.trial(
                problem.profile(question.configuration), purpose,
                expectedLeft: search.expectedQuestionsLeft,
                exposure: problem.exposure(problem.profile(search.best)), &state,
                startsAgain: startsAgain)
        }
        var trial = try await run(purpose ?? problem.text(question.purpose), &state)
        // What a sandbox does to an ending it does each time; some services lose a race now and
        // then, too rarely to be seen in a baseline.
        if state.baseline.blamesExitStatusAlone(for: trial) {
            let again = try await run("does it end so again?", &state)
            if again.verdict.isPass {
                state.learnEndings(of: trial)
                trial = again
            }
        }
        learn(trial, question, &search, &state)
    }

    private func learn(
        _ trial: Trial, _ question: Question, _ search: inout Search, _ state: inout CampaignState
    ) {
        state.numbers.append(trial.number)
        switch trial.verdict {
        case .passed: search.learn(.passed, to: question)
        case .failed: search.learn(.failed, to: question, evidence: problem.evidence(trial))
        case .unresolved: search.learn(.unresolved, to: question)
        }
    }

    private enum Confirmation { case passed, failed, failedAgain }

    /// Whether the result passes again, as often as the user wants it to, each time with a second
    /// start. Answers that disagree with the first one are for the search to weigh; it calls off
    /// what is too unreliable.
    ///
    /// A result that fails only in its second life (`failedAgain`) was found by trials with one.
    private func confirm(
        _ search: inout Search, _ state: inout CampaignState
    ) async throws(ExperimentError) -> Confirmation {
        let best = search.best
        if case .finished(let finding) = search.nextRound(), finding.ending != .complete {
            return .passed
        }
        for _ in 0..<options.confirmations where !best.isEmpty {
            let confirmation = Question(best, for: .verify)
            let before = state.numbers.count
            try await ask(
                confirmation, &search, &state, purpose: "does the result pass again?",
                startsAgain: true)
            let trial = state.trials[state.numbers[before] - 1]
            if trial.verdict.isFailure && trial.lived(.secondStart) { return .failedAgain }
            if !trial.verdict.isPass { return .failed }
        }
        return .passed
    }

    /// A failure of the service as it is may end the run, and must not end every later one: it is
    /// on record, before what comes after it, once it is known that it failed by chance.
    private func record(_ trial: Trial, _ state: inout CampaignState) throws(ExperimentError) {
        if trial.profile.restrictions.isEmpty {
            let isHeld = !state.held.isEmpty && !state.isEstablished
            if !trial.verdict.isPass || isHeld { return state.held.append(trial) }
            try recordHeld(&state)
        }
        try ledger.record(trial)
    }

    func recordHeld(_ state: inout CampaignState) throws(ExperimentError) {
        for trial in state.held { try ledger.record(trial) }
        state.held = []
    }

    func trial(
        _ profile: Profile, _ purpose: String, expectedLeft: Double, exposure: Exposure,
        _ state: inout CampaignState, startsAgain: Bool
    ) async throws(ExperimentError) -> Trial {
        if Task.isCancelled { throw .interrupted }
        if let earlier = state.earlierTrial(under: profile) { return earlier }
        let number = state.trials.count + 1
        report(.asking(number: number, question: purpose, expectedLeft: expectedLeft))
        let order = state.order(
            number: number, purpose: purpose, profile: profile, startsAgain: startsAgain,
            began: now())
        let repetition = state.trials.count { $0.profile == profile }
        let recorded = try ledger.trial(under: profile, repetition: repetition)
        let trial: Trial
        if let recorded, recorded.answers(order) {
            trial = recorded.numbered(number)
            state.resumed += 1
        } else {
            trial = try await procedure.runUndisturbed(order)
            try record(trial, &state)
        }
        state.trials.append(trial)
        let better = trial.verdict.isPass ? min(exposure, problem.exposure(profile)) : exposure
        report(.tried(trial, exposure: better, isFromRecord: recorded != nil))
        return trial
    }
}
