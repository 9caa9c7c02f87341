/// The search for the best configuration that passes; a value that never runs anything.
///
/// ```swift
/// var search = Search(space)
/// while case .ask(let questions) = search.nextRound() {
///     for question in questions { search.learn(try await trial(of: question), to: question) }
/// }
/// ```
///
/// The empty configuration is taken to pass: that is the baseline, to be tried before.
///
/// Whatever was learned is all the state there is. Replaying the same answers, with the same
/// evidence and in the same order, rebuilds the same search; answers to questions that it would
/// not have asked do no harm.
public struct Search: Sendable {
    public let space: SearchSpace
    public let options: Options

    private(set) var knowledge: Knowledge
    private(set) var belief: Belief
    private(set) var state: SearchState
    private(set) var namingRecord: NamingRecord

    /// What failing trials named as the cause, to be tried by itself; the latest last.
    private(set) var named: [ItemSet] = []

    /// What all answers together say; nil as long as single answers are taken for what they say.
    private(set) var posterior: Posterior?

    /// Items given up although single answers prove nothing.
    private var rejected = ItemSet()

    public init(_ space: SearchSpace, options: Options = Options()) {
        self.space = space
        self.options = options
        knowledge = Knowledge(in: space, lead: options.reliability == .steady ? 1 : 2)
        belief = Belief(space)
        namingRecord = NamingRecord(expected: options.naming, in: space)
        state = SearchState(knowledge, in: space, rigor: options.rigor)
        takeStock()
    }

    /// Takes in what a trial showed, and what it said of who is to blame.
    public mutating func learn(
        _ answer: Answer, to question: Question, evidence: [CulpritHint] = []
    ) {
        let configuration = question.configuration
        knowledge.learn(answer, of: configuration)
        if isFlaky, knowledge.lead < 2 { knowledge.lead = 2 }
        takeStock()
        if answer == .failed { weigh(evidence, of: configuration) }
        if isFlaky { posterior = weighAllAnswers() }
    }

    private mutating func takeStock() {
        guard isFlaky else {
            state = SearchState(knowledge, in: space, rigor: options.rigor)
            return
        }
        rejected = ItemSet(rejected.filter { knowledge.tally(of: space.below[$0]).margin < 0 })
        while true {
            state = SearchState(knowledge, in: space, rejecting: rejected)
            let posterior = weighAllAnswers()
            self.posterior = posterior
            guard let culprit = NoisyQuestionPlan(self, posterior: posterior).culprit else {
                return
            }
            rejected.insert(culprit)
        }
    }

    /// Whether single answers are taken for what they say.
    var isFlaky: Bool { options.reliability != .steady || knowledge.hasFlipped }

    /// Takes in that something speaks for or against an item before it is tried: a trace of the
    /// running service, say.
    ///
    /// - Parameter likelihoodRatio: how much more often this is seen of an item that breaks than
    ///   of one that does not; below 1 it speaks for the item.
    public mutating func suspect(_ item: Int, likelihoodRatio: Double) {
        belief.suspect(item, likelihoodRatio: likelihoodRatio)
        if isFlaky { posterior = weighAllAnswers() }
    }

    /// The questions to ask next, at most `limit` of them, to be asked side by side.
    public func nextRound(upTo limit: Int = 1) -> Round {
        let limit = max(limit, 1)
        let questions =
            posterior.map { NoisyQuestionPlan(self, posterior: $0).questions(upTo: limit) }
            ?? QuestionPlan(self).questions(upTo: limit)
        assert(questions.allSatisfy { space.isConfiguration($0.configuration) })
        let repeats = questions.map { knowledge.tally(of: $0.configuration).count }.max() ?? 0
        let rate = flipRate
        if repeats >= Self.mostRepeats || rate >= FlipRates.hopeless {
            return .finished(finding(.tooFlaky(rate: rate)))
        }
        if questions.isEmpty { return .finished(finding(.complete)) }
        return .ask(followed(questions, upTo: limit))
    }

    /// Where the next step asks less than a round holds: with what follows it, as long as it is
    /// likely enough what the answers are.
    private func followed(_ questions: [Question], upTo limit: Int) -> [Question] {
        var ahead = self
        var (round, last) = (questions, questions)
        while round.count < limit, ahead.posterior == nil {
            for question in last {
                guard let answer = ahead.likelyAnswer(to: question) else { return round }
                ahead.learn(answer, to: question)
            }
            last = QuestionPlan(ahead).questions(upTo: limit - round.count).filter { question in
                knowledge.implied(question.configuration) == nil
                    && !round.contains { $0.configuration == question.configuration }
            }
            if last.isEmpty { break }
            round += last
        }
        return round
    }

    /// What is accepted in the end, if each of the last questions has its likely answer; nil where
    /// more than `most` are left, or where all of them together have a chance below 0.6.
    public func likelyResult(within most: Int) -> ItemSet? {
        var ahead = self
        var chance = 1.0
        for left in (0...max(0, most)).reversed() {
            switch ahead.nextRound() {
            case .finished: return ahead.best
            case .ask(let questions):
                guard left > 0, ahead.posterior == nil, let question = questions.first,
                    let answer = ahead.likelyAnswer(to: question)
                else { return nil }
                let passes = ahead.chance(question)
                chance *= answer == .passed ? passes : 1 - passes
                if chance < Self.likely { return nil }
                ahead.learn(answer, to: question)
            }
        }
        return nil
    }

    /// nil where it is open.
    private func likelyAnswer(to question: Question) -> Answer? {
        switch question.purpose {
        case .recheck: return nil
        case .verify: return .passed
        case .certify, .level: return .failed
        case .accept, .locate, .solo, .explain:
            let passes = chance(question)
            if passes > Self.likely { return .passed }
            return passes < 1 - Self.likely ? .failed : nil
        }
    }

    /// How likely it passes on top of what is accepted.
    private func chance(_ question: Question) -> Double {
        let outlook = outlook
        return question.configuration.subtracting(state.accepted)
            .reduce(1) { $0 * (1 - outlook.chance($1)) }
    }

    private static let likely = 0.6

    /// So often one question is asked before the search gives up.
    private static let mostRepeats = 16

    /// The best configuration that was itself seen to pass; empty before any was.
    public var best: ItemSet { verified.configuration }

    /// The best configuration, with its witness.
    var verified: Knowledge.Fact { knowledge.best(in: space, without: state.conflicts) }

    /// No configuration that works is heavier than this.
    public var bound: Int {
        let proved = state.conflicts.filter { !$0.isUnresolved }.map(\.items)
        let refused =
            options.rigor == .proof && proved.count == state.conflicts.count
            ? state.refused : HittingSet.best(for: proved, in: space)
        return max(space.weight(of: space.all.subtracting(refused)), space.weight(of: best))
    }

    var outlook: Outlook {
        Outlook(
            belief, held: state.accepted.union(state.vouched), broken: state.culprits)
    }
}

// MARK: - Evidence

extension Search {
    /// Failing trials that could name a culprit and did not speak for the items in them a little;
    /// those that did speak against the ones they name.
    private mutating func weigh(_ evidence: [CulpritHint], of failing: ItemSet) {
        let tried = failing.subtracting(state.accepted)
        let relevant = evidence.filter { $0.concerns(failing, adding: tried) }
        guard !relevant.isEmpty else {
            let silence = 1 - namingRecord.rate
            for item in namingRecord.add(silent: tried) where silence < 1 {
                belief.suspect(item, likelihoodRatio: silence)
            }
            return
        }
        namingRecord.addNamed()
        for evidence in relevant { weigh(evidence, of: failing, tried) }
    }

    private mutating func weigh(_ evidence: CulpritHint, of failing: ItemSet, _ tried: ItemSet) {
        let suspects = evidence.suspects.intersection(tried)
        let ratio = Plausibility.ratio(
            raising: suspects.map(outlook.chance), to: evidence.confidence)
        for item in suspects { belief.suspect(item, likelihoodRatio: ratio) }
        guard evidence.confidence >= Self.worthTryingAlone else { return }
        // Those that were accepted are no culprits, but may be the other half of a conflict.
        let candidates =
            suspects.isEmpty || !evidence.companions.isEmpty
            ? evidence.suspects.intersection(failing) : suspects
        let outlook = outlook
        guard let likeliest = candidates.max(by: { outlook.chance($0) < outlook.chance($1) })
        else { return }
        var cause = space.below[likeliest]
        for item in evidence.companions.intersection(failing) {
            cause.formUnion(space.below[item])
        }
        named.removeAll { $0 == cause }
        named.append(cause)
    }

    /// So sure must a name be that it is tried by itself at once. Being right costs nothing: an
    /// item that breaks must be seen to fail alone sooner or later.
    private static let worthTryingAlone = 0.8
}

extension CulpritHint {
    /// Whether it blames something that was tried: the suspect, or else what it takes besides.
    fileprivate func concerns(_ failing: ItemSet, adding tried: ItemSet) -> Bool {
        !suspects.isDisjoint(with: tried)
            || (!companions.isDisjoint(with: tried) && !suspects.isDisjoint(with: failing))
    }
}
