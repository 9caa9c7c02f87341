import Bisection
import Hardening

/// One question of the search on its way to an answer.
struct Inquiry {
    let question: Question
    let spec: TrialSpec
    /// What was answered first, where that may be chance.
    var doubted: Doubt?
}

/// Who asks it, and goes on with the answer.
enum Asker {
    case search
    case halving(ProfileHalving, isNamed: Bool)
    /// - Parameter left: how often the result must still pass, this time included.
    case confirmation(left: Int)
}

extension CampaignState {
    mutating func beginSearch(knowing known: [Trial]) {
        self.known = known
        beginPart()
        renewSearch()
        // Halving believes every answer.
        phase =
            known.isEmpty || flipRates != nil
            ? .searching : .halving(ProfileHalving(problem.space.all))
    }

    private mutating func renewSearch() {
        round = []
        search = Search(
            problem.space,
            options: Options(
                rigor: options.isFast ? .maximal : .proof,
                reliability: flipRates.map(Options.Reliability.flaky) ?? .steady,
                // With an answer to begin from, what is left to find is a needle.
                naming: known.isEmpty ? 0.3 : 0))
        let ratios = observedUsage.likelihoodRatios(
            of: problem.offer, losesRoot: !problem.fixed.restrictions.isEmpty)
        for (item, restriction) in problem.offer.restrictions.enumerated() {
            if let ratio = ratios[restriction.id] { search.suspect(item, likelihoodRatio: ratio) }
        }
        for trial in known {
            learn(trial, Question(problem.items(of: trial.profile), for: .recheck))
        }
    }

    private mutating func learn(_ trial: Trial, _ question: Question) {
        numbers.append(trial.number)
        switch trial.verdict {
        case .passed: search.learn(.passed, to: question)
        case .failed: search.learn(.failed, to: question, evidence: problem.evidence(trial))
        case .unresolved: search.learn(.unresolved, to: question)
        }
    }

    /// The next question, or what follows when there is none.
    mutating func search(at now: ContinuousClock.Instant) -> TrialAction<Outcome>? {
        if round.isEmpty {
            guard case .ask(let questions) = search.nextRound(upTo: options.width) else {
                confirm()
                return nil
            }
            round = questions
        }
        if let stop = limit(at: now) {
            hunt(ending: stop)
        } else {
            ask(round.removeFirst(), for: .search)
            if likelyResult == search.best { queue.append(.foresee(outcome(.complete, []))) }
        }
        return nil
    }

    /// What the search comes to with few more questions, if no answer is a surprise; nil where it
    /// is not that far, or where nothing can be made beside those.
    private var likelyResult: ItemSet? {
        if options.width < 2 { return nil }
        let result = search.likelyResult(within: options.width)
        return result?.isEmpty == true ? nil : result
    }

    /// That once more, which comes after the last question.
    var likelyConfirmations: [TrialSpec] {
        guard let likelyResult else { return [] }
        let question = Question(likelyResult, for: .verify)
        return (0..<options.confirmations).map { _ in
            spec(of: question, for: .confirmation(left: options.confirmations))
        }
    }

    private func limit(at now: ContinuousClock.Instant) -> CampaignEnding? {
        if isOver(at: now) { return .limit }
        if let enough = options.goodEnough,
            problem.subject.exposure(of: problem.profile(search.best)) <= enough
        {
            return .goodEnough
        }
        return nil
    }

    mutating func ask(_ question: Question, for asker: Asker) {
        phase = .asking(Inquiry(question: question, spec: spec(of: question, for: asker)), asker)
    }

    func spec(of question: Question, for asker: Asker) -> TrialSpec {
        var spec = TrialSpec(
            problem.profile(question.configuration), problem.purpose(of: question))
        if case .confirmation = asker { (spec.purpose, spec.startsAgain) = (.confirmation, true) }
        return spec
    }

    mutating func learnAnswer(_ trial: Trial, _ inquiry: Inquiry, _ asker: Asker) {
        var answer = trial
        if var doubt = inquiry.doubted {
            doubt.left -= 1
            learn(trial, repeating: &doubt)
            if trial.verdict.isFailure && doubt.left > 0 {
                return ask(inquiry, doubting: doubt, asker)
            }
            if !trial.verdict.isPass { answer = doubt.trial }
        } else if let doubt = doubt(of: trial) {
            return ask(inquiry, doubting: doubt, asker)
        }
        learn(answer, inquiry.question)
        switch asker {
        case .search: lookAfterBaseline()
        case .halving(let halving, let isNamed): learnHalf(halving, isNamed: isNamed)
        case .confirmation(let left): learnConfirmation(answer, inquiry.question, left: left)
        }
    }

    // MARK: Once more

    /// Whether the result passes again, as often as the user wants it to, each time with a second
    /// start. Answers that disagree with the first one are for the search to weigh; it calls off
    /// what is too unreliable.
    private mutating func confirm() {
        let best = search.best
        if case .finished(let finding) = search.nextRound(), finding.ending != .complete {
            return hunt(ending: .complete)
        }
        if options.confirmations < 1 || best.isEmpty { return hunt(ending: .complete) }
        ask(Question(best, for: .verify), for: .confirmation(left: options.confirmations))
        queue.append(.foresee(outcome(.complete, [])))
    }

    private mutating func learnConfirmation(_ trial: Trial, _ question: Question, left: Int) {
        if trial.verdict.isPass {
            return left > 1
                ? ask(question, for: .confirmation(left: left - 1)) : hunt(ending: .complete)
        }
        // What fails only in its second life was found by trials with one.
        if trial.verdict.isFailure && trial.lived(.secondStart) && startAnew() {
            renewSearch()
            phase = .searching
            return
        }
        // A result that does not pass again is news for the search, which goes on with it. Where it
        // asks nothing more and its result does not pass, no end is in sight.
        denials += 1
        if denials > 8 { hunt(ending: .tooFlaky(rate: 1)) } else { phase = .searching }
    }
}
