/// Which questions come next when answers may be wrong.
///
/// An item is given up once it failed alone and all answers together leave little doubt; one that
/// keeps passing alone but breaks on top of others is explained with answers that lead by two.
/// When nothing further seems to break and exactly the result was seen to pass, what was given up
/// with the least evidence is tried alone again, until all of it together is beyond doubt: a
/// further agreement costs least where it is asked for last. What was refused is not tried anew on
/// top of the result: neither stricter steps nor what may pass beside others.
struct NoisyQuestionPlan {
    private let search: Search
    private let space: SearchSpace
    private let posterior: Posterior

    /// So probable must it be that an item is the first culprit before it is tried alone.
    private static let worthTryingAlone = 0.6

    /// And so probable before it is given up, for having failed alone.
    private static let sureOfCulprit = 0.98

    /// So probable must it be that nothing further breaks.
    static let sureOfResult = 0.998

    /// So probable may it be in the end that something was given up wrongly.
    private static let acceptedDoubt = 0.002

    init(_ search: Search, posterior: Posterior) {
        self.search = search
        space = search.space
        self.posterior = posterior
    }

    /// An item that failed alone and is very likely the first culprit.
    var culprit: Int? {
        guard let suspect = posterior.suspect, suspect.probability >= Self.sureOfCulprit else {
            return nil
        }
        let item = posterior.line.items[suspect.position]
        return search.knowledge.tally(of: space.below[item]).margin < 0 ? item : nil
    }

    func questions(upTo limit: Int) -> [Question] {
        let explanation = explanation(upTo: limit)
        if !explanation.isEmpty { return explanation }
        let target = space.all.subtracting(search.state.refused)
        if posterior.allHold >= Self.sureOfResult {
            let hasPassed = target.isEmpty || search.knowledge.tally(of: target).margin > 0
            return hasPassed ? secondLook : [Question(target, for: .verify)]
        }
        guard let suspect = posterior.suspect else { return [] }
        if suspect.probability >= Self.worthTryingAlone {
            let questions = confront(suspect)
            if !questions.isEmpty { return questions }
        }
        var questions: [Question] = []
        for part in 1...limit {
            let count = posterior.prefix(failing: Double(part) / Double(limit + 1))
            let group = posterior.line.prefix(count)
            let question = Question(group, for: .locate(group))
            if !questions.contains(question) { questions.append(question) }
        }
        return questions
    }

    /// What was given up with the least evidence, alone again; nothing once it is enough.
    private var secondLook: [Question] {
        let doubts = search.state.culprits
            .filter { !search.knowledge.tally(of: space.below[$0]).isBeyondJudgement }
            .map { (item: $0, chance: doubt(about: $0)) }
        guard doubts.reduce(0, { $0 + $1.chance }) > Self.acceptedDoubt,
            let most = doubts.max(by: { $0.chance < $1.chance })
        else { return [] }
        return [Question(space.below[most.item], for: .solo(most.item))]
    }

    /// How probable it is that an item was given up wrongly, by the trials in which nothing else
    /// can have broken.
    private func doubt(about item: Int) -> Double {
        let accepted = space.all.subtracting(search.state.refused)
        let others = search.state.culprits.subtracting([item])
        let chance = Outlook(search.belief, held: accepted, broken: others).chance(item)
        let context = accepted.union(space.below[item])
        return search.knowledge.tallies
            .filter { $0.key.contains(item) && $0.key.isSubset(of: context) }
            .sorted { $0.value.order < $1.value.order }
            .reduce(Odds(hot: chance, cold: 1 - chance)) { odds, entry in
                odds.weighed(
                    by: Odds(
                        hot: posterior.likelihood(of: entry.value, breaks: 1),
                        cold: posterior.likelihood(of: entry.value, breaks: 0)))
            }.cold
    }

    private func confront(_ suspect: (position: Int, probability: Double)) -> [Question] {
        let item = posterior.line.items[suspect.position]
        let alone = search.knowledge.tally(of: space.below[item])
        if alone.margin < 0 { return [] }
        if alone.margin < 2 { return [Question(space.below[item], for: .solo(item))] }
        guard suspect.probability >= Self.sureOfCulprit else { return [] }
        // Both are asked until they are settled; then the explanation goes on.
        let context = posterior.line.prefix(suspect.position + 1)
        let isOpen = search.knowledge.verdict(on: context) == nil
        let asked = isOpen ? context : context.subtracting(space.above[item])
        return [Question(asked, for: .explain(context))]
    }

    /// What is left to ask of a failure that is known to need an item which passes alone.
    ///
    /// Each further item that it is found to need may be the sign that it should have passed: it
    /// must fail once more for each.
    private func explanation(upTo limit: Int) -> [Question] {
        let knowledge = search.knowledge
        for fact in knowledge.failed
        where fact.configuration.isDisjoint(with: search.state.refused) {
            let failing = fact.configuration
            let explanation = Explanation(
                of: failing, knowing: knowledge, in: space, partners: [:], isSingle: { _ in 0 })
            let needed = space.tops(of: explanation.core)
            // A single item that was not yet seen to pass alone may be all it takes.
            let passes = { (item: Int) in knowledge.verdict(on: space.below[item]) == .passed }
            guard !needed.isEmpty, needed.only.map(passes) ?? true else { continue }
            if !fact.isUnresolved, knowledge.tally(of: failing).margin >= -needed.count {
                return [Question(failing, for: .recheck)]
            }
            let questions = explanation.questions(upTo: limit)
            if !questions.isEmpty { return questions }
        }
        return []
    }
}

extension Search {
    /// The belief about the items that are not given up.
    func weighAllAnswers() -> Posterior {
        let outlook = Outlook(belief, held: .empty, broken: state.culprits)
        let line = Line(
            space.all.subtracting(state.refused), after: .empty, in: space, outlook: outlook,
            interaction: 0.0005)
        return Posterior(line, knowing: knowledge.tallies, rates: expectedFlips, in: space)
    }

    /// What was thought of the answers beforehand.
    private var expectedFlips: FlipRates {
        if case .flaky(let rates) = options.reliability { return rates }
        return FlipRates()
    }

    /// How often answers seem to be wrong, as far as that was noticed: the worst of what the
    /// posterior says, what repeated questions say, and what contradicts the conclusions.
    public var flipRate: Double {
        guard let rates = posterior?.rates else { return 0 }
        // Of a few answers half may be wrong by chance, and conclusions may be wrong themselves.
        let repeated = knowledge.outvoted
        func rate(_ wrong: (count: Int, of: Int), beside strength: Double) -> Double {
            (0.02 * strength + Double(wrong.count)) / (strength + Double(wrong.of))
        }
        return max(
            rates.falseFailure, rates.falsePass, repeated.of < 8 ? 0 : rate(repeated, beside: 10),
            rate(contradictions, beside: 20))
    }

    /// Passes above what is held for a conflict and, once a result is held to work, failures of
    /// parts of it.
    private var contradictions: (count: Int, of: Int) {
        let conflicts = state.conflicts.map { space.downward($0.items) }
        let isDecided = (posterior?.allHold ?? 0) >= NoisyQuestionPlan.sureOfResult
        let result = isDecided ? space.all.subtracting(state.refused) : .empty
        return knowledge.tallies.reduce(into: (0, 0)) { sum, entry in
            let (configuration, tally) = entry
            let fails = conflicts.contains { $0.isSubset(of: configuration) }
            guard fails || configuration.isSubset(of: result) else { return }
            sum.0 += fails ? tally.passes : tally.failures
            sum.1 += tally.passes + tally.failures
        }
    }
}
