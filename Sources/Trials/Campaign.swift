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
    private let report: @Sendable (CampaignEvent) -> Void
    /// Whom the service could be instead of root.
    public var identity: Identity?

    public init(
        agenda: Agenda, course: Course, ledger: any Ledger, options: CampaignOptions,
        acquaintance: Acquaintance, now: @escaping @Sendable () -> UInt64,
        report: @escaping @Sendable (CampaignEvent) -> Void
    ) {
        self.agenda = agenda
        self.course = course
        self.ledger = ledger
        self.options = options
        self.acquaintance = acquaintance
        self.now = now
        self.report = report
    }

    /// - Throws: `ExperimentError` when the experiment cannot go on, among them a baseline that
    ///   fails. Being interrupted after the baseline is an outcome.
    public func run() async throws(ExperimentError) -> Outcome {
        var diary = Diary(
            chosen: options.cadence, usualRefusals: acquaintance.usualRefusals)
        try await establishBaseline(&diary)
        var campaign = self
        if let identity {
            diary.identity = try await tried(identity, &diary)
            if diary.identity?.verdict.isPass == true { campaign.agenda = identity.agenda }
        }
        return try await campaign.search(&diary)
    }

    /// Who the service is comes before everything else, because it decides what else it needs:
    /// a service that never was root does not have to become somebody.
    private func tried(
        _ identity: Identity, _ diary: inout Diary
    ) async throws(ExperimentError) -> Trial? {
        try identity.prepare()
        var last: Trial?
        // The second start meets what the first one left: a file that root made, or systemd
        // removed, is missed only then.
        for run in 1...2 where last?.verdict.isPass ?? true {
            last = try await trial(
                identity.agenda.fixed, "does it work as \(identity.name), run \(run)?",
                expectedLeft: 0, exposure: agenda.exposure(.unrestricted), &diary)
        }
        if last?.verdict.isPass != true { identity.undo() }
        return last
    }

    private func search(_ diary: inout Diary) async throws(ExperimentError) -> Outcome {
        let began = ContinuousClock.now
        var search = Search(
            agenda.space, options: Options(rigor: options.isFast ? .maximal : .proof, naming: 0.3))
        let ratios = acquaintance.likelihoodRatios(
            of: agenda.offer, in: agenda.dialect,
            losesRoot: !agenda.fixed.restrictions.isEmpty)
        for (item, restriction) in agenda.offer.restrictions.enumerated() {
            if let ratio = ratios[restriction.id] { search.suspect(item, likelihoodRatio: ratio) }
        }
        var ending = CampaignEnding.complete
        do {
            // A result that does not pass again is news for the search, which goes on with it.
            while ending == .complete {
                ending = try await askOn(&search, &diary, since: began)
                if ending != .complete { break }
                if try await confirm(&search, &diary) { break }
                diary.denials += 1
                // The search asks nothing more and its result does not pass: no end is in sight.
                if diary.denials > 8 { ending = .tooFlaky(rate: 1) }
            }
        } catch {
            guard error.isInterruption else { throw error }
            ending = .interrupted
        }
        return outcome(search, diary, ending)
    }

    private func askOn(
        _ search: inout Search, _ diary: inout Diary, since began: ContinuousClock.Instant
    ) async throws(ExperimentError) -> CampaignEnding {
        while case .ask(let questions) = search.nextRound() {
            for question in questions {
                if let stop = limit(diary, search, since: began) { return stop }
                try await ask(question, &search, &diary)
            }
        }
        return .complete
    }

    private func limit(
        _ diary: Diary, _ search: Search, since began: ContinuousClock.Instant
    ) -> CampaignEnding? {
        if let most = options.maxTrials, diary.trials.count >= most { return .limit }
        if let most = options.maxTime, ContinuousClock.now - began >= most { return .limit }
        if let enough = options.goodEnough, agenda.exposure(agenda.profile(search.best)) <= enough {
            return .goodEnough
        }
        return nil
    }

    // MARK: Trials

    /// Starts the service once as it is, before any campaign: what it does only once on a machine
    /// (making directories, keys, caches) is then done before anything counts, also when earlier
    /// trials are taken from the record. And it is looked at closely.
    ///
    /// - Throws: `ExperimentError` when it does not pass.
    public static func warmUp(
        _ course: Course, cadence: ChosenCadence, now: UInt64
    ) async throws(ExperimentError) -> Trial {
        var order = Course.Order(
            number: 0, purpose: "warming up", profile: .unrestricted,
            cadence: cadence.beforeBaseline, began: now, usualEnd: nil)
        order.looksClosely = true
        let trial = try await course.run(order)
        guard trial.verdict.isPass else { throw BaselineFailure.error(trial) }
        return trial
    }

    private func establishBaseline(_ diary: inout Diary) async throws(ExperimentError) {
        for run in 1...max(1, options.baselineRuns) {
            let trial = try await trial(
                .unrestricted, "the service as it is, run \(run)", expectedLeft: 0,
                exposure: agenda.exposure(.unrestricted), &diary)
            guard trial.verdict.isPass else { throw BaselineFailure.error(trial) }
            diary.learnBaseline(trial)
        }
    }

    private func ask(
        _ question: Question, _ search: inout Search, _ diary: inout Diary, purpose: String? = nil
    ) async throws(ExperimentError) {
        let trial = try await trial(
            agenda.profile(question.configuration), purpose ?? agenda.text(question.purpose),
            expectedLeft: search.expectedQuestionsLeft,
            exposure: agenda.exposure(agenda.profile(search.best)), &diary)
        diary.numbers.append(trial.number)
        switch trial.verdict {
        case .passed: search.learn(.passed, to: question)
        case .failed: search.learn(.failed, to: question, evidence: agenda.evidence(trial))
        case .unresolved: search.learn(.unresolved, to: question)
        }
    }

    /// Whether the result passes again, as often as the user wants it to. Answers that disagree
    /// with the first one are for the search to weigh; it calls off what is too unreliable.
    private func confirm(
        _ search: inout Search, _ diary: inout Diary
    ) async throws(ExperimentError) -> Bool {
        let best = search.best
        if case .finished(let finding) = search.nextRound(), finding.ending != .complete {
            return true
        }
        for _ in 0..<options.confirmations where !best.isEmpty {
            let confirmation = Question(best, for: .verify)
            let before = diary.numbers.count
            try await ask(confirmation, &search, &diary, purpose: "does the result pass again?")
            let trial = diary.trials[diary.numbers[before] - 1]
            if !trial.verdict.isPass { return false }
        }
        return true
    }

    private func trial(
        _ profile: Profile, _ purpose: String, expectedLeft: Double, exposure: Exposure,
        _ diary: inout Diary
    ) async throws(ExperimentError) -> Trial {
        if Task.isCancelled { throw .interrupted }
        let number = diary.trials.count + 1
        report(.asking(number: number, question: purpose, expectedLeft: expectedLeft))
        let repetition = diary.trials.count { $0.profile == profile }
        let recorded = try ledger.trial(under: profile, repetition: repetition)
        let trial: Trial
        if let recorded {
            trial = recorded.numbered(number)
            diary.resumed += 1
        } else {
            trial = try await course.run(
                diary.order(number: number, purpose: purpose, profile: profile, began: now()))
            // A baseline that failed ends the run and would end every later one, off the record.
            if trial.verdict.isPass || !profile.restrictions.isEmpty { try ledger.record(trial) }
        }
        diary.trials.append(trial)
        let better = trial.verdict.isPass ? min(exposure, agenda.exposure(profile)) : exposure
        report(.tried(trial, exposure: better, isFromRecord: recorded != nil))
        return trial
    }

    // MARK: Outcome

    private func outcome(
        _ search: Search, _ diary: Diary, _ ending: CampaignEnding
    ) -> Outcome {
        var finding = search.findingSoFar
        if case .finished(let complete) = search.nextRound() { finding = complete }
        let accepted = agenda.profile(finding.accepted)
        let after = agenda.exposure(accepted)
        var final = ending
        if case .tooFlaky(let rate) = finding.ending { final = .tooFlaky(rate: rate) }
        // The dearest first: what would gain most if the service could do without it.
        let refused =
            finding.refusals.sorted { one, other in
                agenda.space.items[one.item].weight > agenda.space.items[other.item].weight
            }.compactMap { self.refused($0, diary) }.filter { isOfInterest($0, in: accepted) }
            + refusedIdentity(diary)
        let gone = refused.reduce(into: ItemSet()) { gone, refused in
            if let item = agenda.offer.restrictions.firstIndex(where: {
                $0.id == refused.restriction
            }) {
                gone.formUnion(agenda.space.above[item])
            }
        }
        let possible = agenda.exposure(agenda.profile(agenda.space.all.subtracting(gone)))
        return Outcome(
            accepted: accepted, agenda: agenda,
            passedIn: finding.verifiedBy.map { diary.numbers[$0] } ?? diary.identity?.number,
            refused: refused, surprises: finding.surprises.map(text),
            before: agenda.exposure(.unrestricted), after: after,
            possible: final == .complete ? after : min(possible, after), ending: final,
            trials: diary.trials, resumed: diary.resumed)
    }

    /// An exception that nothing makes in the result need not be taken back.
    private func isOfInterest(_ refused: Outcome.Refused, in accepted: Profile) -> Bool {
        guard case .withdraw(let exceptions) = agenda.catalogue[refused.restriction]?.change else {
            return true
        }
        let result = agenda.sandbox.tightened(
            by: accepted, in: agenda.catalogue, dialect: agenda.dialect)
        return exceptions.contains(where: result.grants)
    }

    private func refusedIdentity(_ diary: Diary) -> [Outcome.Refused] {
        guard let identity, let trial = diary.identity, !trial.verdict.isPass else { return [] }
        return [
            Outcome.Refused(
                restriction: identity.name, conflict: [identity.name], trial: trial.number,
                because: trial.because, isUnresolved: !trial.verdict.isFailure)
        ]
    }

    private func refused(_ refusal: Refusal, _ diary: Diary) -> Outcome.Refused? {
        // A search that was stopped early knows no witness for what it did not come to.
        guard let answer = refusal.conflict?.witness ?? refusal.witness else { return nil }
        let number = diary.numbers[answer]
        let trial = diary.trials[number - 1]
        let id = agenda.offer.restrictions[refusal.item].id
        return Outcome.Refused(
            restriction: id,
            conflict: refusal.conflict.map { agenda.names($0.items) } ?? [id],
            trial: number, because: trial.because, isUnresolved: refusal.isUnresolved)
    }

    private func text(_ surprise: Surprise) -> String {
        let (passed, failed) = (agenda.names(surprise.passed), agenda.names(surprise.failed))
        let onlyPassed = passed.filter { !failed.contains($0) }
        return "trial \(surprise.passed.isEmpty ? 0 : surprise.passedAs + 1) passed although "
            + "\(failed.joined(separator: ", ")) fails without \(onlyPassed.joined(separator: ", "))"
    }
}

/// The service as it is does not pass: nothing can be learned from restricting it.
public enum BaselineFailure {
    static func error(_ trial: Trial) -> ExperimentError {
        let lines = trial.log.suffix(5).map { "\n    \($0.source): \($0.message)" }.joined()
        return ExperimentError(
            "the service fails without any restriction: \(trial.verdict.words)\(lines)",
            isBaseline: true)
    }
}

extension Verdict {
    /// `passed`, or the reason.
    public var words: String {
        switch self {
        case .passed: "passed"
        case .failed(let reason), .unresolved(let reason): reason
        }
    }
}
