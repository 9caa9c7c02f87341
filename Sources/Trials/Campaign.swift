import Bisection
import Hardening

/// The trials of one `harden`: the baseline first, then whatever the search asks, then the result
/// once more. It carries questions to the course and answers to the search; every trial is in the
/// ledger before the search learns from it.
public struct Campaign: Sendable {
    public private(set) var agenda: Agenda
    public let course: Course
    public let ledger: any Ledger
    public let options: CampaignOptions
    /// Microseconds since 1970.
    private let now: @Sendable () -> UInt64
    /// What the service was seen to use.
    private let acquaintance: Acquaintance
    /// What it was seen to do before the campaign.
    private let usual: Usual
    private let report: @Sendable (CampaignEvent) -> Void
    /// Whom the service could be instead of root.
    public var identity: Identity?
    /// What is known before the first question: trials of profiles of the agenda.
    var known: [Trial] = []

    public init(
        agenda: Agenda, course: Course, ledger: any Ledger, options: CampaignOptions,
        acquaintance: Acquaintance, usual: Usual = .unknown,
        now: @escaping @Sendable () -> UInt64,
        report: @escaping @Sendable (CampaignEvent) -> Void
    ) {
        self.agenda = agenda
        self.course = course
        self.ledger = ledger
        self.options = options
        self.acquaintance = acquaintance
        self.usual = usual
        self.now = now
        self.report = report
    }

    /// - Throws: `ExperimentError` when the experiment cannot go on, among them a baseline that
    ///   fails. Being interrupted after the baseline is an outcome.
    public func run() async throws(ExperimentError) -> Outcome {
        var diary = freshDiary()
        try await establishBaseline(&diary)
        return try await settled(&diary).search(&diary)
    }

    func freshDiary() -> Diary {
        Diary(chosen: options.cadence, usual: usual, isStrict: options.isStrict)
    }

    /// The campaign once it is decided who the service is.
    func settled(_ diary: inout Diary) async throws(ExperimentError) -> Campaign {
        var campaign = self
        if let identity {
            diary.identity = try await tried(identity, &diary)
            if diary.identity?.verdict.isPass == true { campaign.agenda = identity.agenda }
        }
        return campaign
    }

    /// Who the service is comes before everything else, because it decides what else it needs:
    /// a service that never was root does not have to become somebody.
    private func tried(
        _ identity: Identity, _ diary: inout Diary
    ) async throws(ExperimentError) -> Trial {
        try identity.prepare()
        // The second start meets what the first one left: a file that root made, or systemd
        // removed, is missed only then.
        let trial = try await decisive(
            identity.agenda.fixed, "does it work as \(identity.name)?", &diary, startsAgain: true)
        if !trial.verdict.isPass { identity.undo() }
        return trial
    }

    func search(_ diary: inout Diary) async throws(ExperimentError) -> Outcome {
        let began = ContinuousClock.now
        var search = freshSearch(&diary)
        var suspicious: [Outcome.Suspicious] = []
        var ending = CampaignEnding.complete
        do {
            // Halving believes every answer.
            if !known.isEmpty && diary.flipRates == nil {
                try await bisect(&search, &diary, since: began)
            }
            // A result that does not pass again is news for the search, which goes on with it.
            settling: while true {
                ending = try await askOn(&search, &diary, since: began)
                if ending != .complete { break }
                switch try await confirm(&search, &diary) {
                case .passed: break settling
                case .failedAgain where diary.startAnew(): search = freshSearch(&diary)
                case .failed, .failedAgain:
                    diary.denials += 1
                    // The search asks nothing more and its result does not pass: no end is in
                    // sight.
                    if diary.denials > 8 {
                        ending = .tooFlaky(rate: 1)
                        break settling
                    }
                }
            }
            suspicious = try await suspicions(
                of: agenda.profile(search.best), &diary, since: began)
        } catch {
            guard error.isInterruption || error.isPlaceLost else { throw error }
            ending = error.isInterruption ? .interrupted : .limit
        }
        return outcome(search, diary, ending, suspicious)
    }

    private func freshSearch(_ diary: inout Diary) -> Search {
        var search = Search(
            agenda.space,
            options: Options(
                rigor: options.isFast ? .maximal : .proof,
                reliability: diary.flipRates.map(Options.Reliability.flaky) ?? .steady,
                // With an answer to begin from, what is left to find is a needle.
                naming: known.isEmpty ? 0.3 : 0))
        let ratios = acquaintance.likelihoodRatios(
            of: agenda.offer, in: agenda.dialect,
            losesRoot: !agenda.fixed.restrictions.isEmpty)
        for (item, restriction) in agenda.offer.restrictions.enumerated() {
            if let ratio = ratios[restriction.id] { search.suspect(item, likelihoodRatio: ratio) }
        }
        for trial in known {
            learn(trial, Question(agenda.items(of: trial.profile), for: .recheck), &search, &diary)
        }
        return search
    }

    private func askOn(
        _ search: inout Search, _ diary: inout Diary, since began: ContinuousClock.Instant
    ) async throws(ExperimentError) -> CampaignEnding {
        while case .ask(let questions) = search.nextRound() {
            for question in questions {
                if let stop = limit(diary, search, since: began) { return stop }
                try await ask(question, &search, &diary)
                try await lookAfterBaseline(&diary)
            }
        }
        return .complete
    }

    private func limit(
        _ diary: Diary, _ search: Search, since began: ContinuousClock.Instant
    ) -> CampaignEnding? {
        if isOver(diary, since: began) { return .limit }
        if let enough = options.goodEnough, agenda.exposure(agenda.profile(search.best)) <= enough {
            return .goodEnough
        }
        return nil
    }

    /// Whether the user wants no more trials.
    func isOver(_ diary: Diary, since began: ContinuousClock.Instant) -> Bool {
        if let most = options.maxTrials, diary.trials.count >= most { return true }
        if let most = options.maxTime, ContinuousClock.now - began >= most { return true }
        if let end = options.mustEnd, ContinuousClock.now + diary.longest >= end { return true }
        return false
    }

    // MARK: Trials

    func ask(
        _ question: Question, _ search: inout Search, _ diary: inout Diary, purpose: String? = nil,
        startsAgain: Bool = false
    ) async throws(ExperimentError) {
        func run(_ purpose: String, _ diary: inout Diary) async throws(ExperimentError) -> Trial {
            try await self.trial(
                agenda.profile(question.configuration), purpose,
                expectedLeft: search.expectedQuestionsLeft,
                exposure: agenda.exposure(agenda.profile(search.best)), &diary,
                startsAgain: startsAgain)
        }
        var trial = try await run(purpose ?? agenda.text(question.purpose), &diary)
        // What a sandbox does to an ending it does each time; some services lose a race now and
        // then, too rarely to be seen in a baseline.
        if diary.usual.blamesExitStatusAlone(for: trial) {
            let again = try await run("does it end so again?", &diary)
            if again.verdict.isPass {
                diary.learnEndings(of: trial)
                trial = again
            }
        }
        learn(trial, question, &search, &diary)
    }

    private func learn(
        _ trial: Trial, _ question: Question, _ search: inout Search, _ diary: inout Diary
    ) {
        diary.numbers.append(trial.number)
        switch trial.verdict {
        case .passed: search.learn(.passed, to: question)
        case .failed: search.learn(.failed, to: question, evidence: agenda.evidence(trial))
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
        _ search: inout Search, _ diary: inout Diary
    ) async throws(ExperimentError) -> Confirmation {
        let best = search.best
        if case .finished(let finding) = search.nextRound(), finding.ending != .complete {
            return .passed
        }
        for _ in 0..<options.confirmations where !best.isEmpty {
            let confirmation = Question(best, for: .verify)
            let before = diary.numbers.count
            try await ask(
                confirmation, &search, &diary, purpose: "does the result pass again?",
                startsAgain: true)
            let trial = diary.trials[diary.numbers[before] - 1]
            if trial.verdict.isFailure && trial.lived(.secondStart) { return .failedAgain }
            if !trial.verdict.isPass { return .failed }
        }
        return .passed
    }

    /// A failure of the service as it is may end the run, and must not end every later one: it is
    /// on record, before what comes after it, once it is known that it failed by chance.
    private func record(_ trial: Trial, _ diary: inout Diary) throws(ExperimentError) {
        if trial.profile.restrictions.isEmpty {
            let isHeld = !diary.held.isEmpty && !diary.isEstablished
            if !trial.verdict.isPass || isHeld { return diary.held.append(trial) }
            try recordHeld(&diary)
        }
        try ledger.record(trial)
    }

    func recordHeld(_ diary: inout Diary) throws(ExperimentError) {
        for trial in diary.held { try ledger.record(trial) }
        diary.held = []
    }

    func trial(
        _ profile: Profile, _ purpose: String, expectedLeft: Double, exposure: Exposure,
        _ diary: inout Diary, startsAgain: Bool
    ) async throws(ExperimentError) -> Trial {
        if Task.isCancelled { throw .interrupted }
        if let earlier = diary.earlierTrial(under: profile) { return earlier }
        let number = diary.trials.count + 1
        report(.asking(number: number, question: purpose, expectedLeft: expectedLeft))
        let order = diary.order(
            number: number, purpose: purpose, profile: profile, startsAgain: startsAgain,
            began: now())
        let repetition = diary.trials.count { $0.profile == profile }
        let recorded = try ledger.trial(under: profile, repetition: repetition)
        let trial: Trial
        if let recorded, recorded.answers(order) {
            trial = recorded.numbered(number)
            diary.resumed += 1
        } else {
            trial = try await course.runUndisturbed(order)
            try record(trial, &diary)
        }
        diary.trials.append(trial)
        let better = trial.verdict.isPass ? min(exposure, agenda.exposure(profile)) : exposure
        report(.tried(trial, exposure: better, isFromRecord: recorded != nil))
        return trial
    }
}
