/// Which questions come next when answers may be wrong.
///
/// An item is rejected after it failed alone and all answers together leave no doubt; one that
/// keeps passing alone but breaks on top of others is explained with answers that lead by two.
/// The search ends when the chance of a further culprit is below a half percent and exactly the
/// result was seen to pass.
struct NoisyPlan {
    private let search: Search
    private let space: SearchSpace
    private let posterior: Posterior

    /// So sure must it be that an item is the first culprit before it is tried alone.
    private static let worthTryingAlone = 0.8
    private static let sureOfCulprit = 0.997
    private static let sureOfResult = 0.995

    init(_ search: Search, posterior: Posterior) {
        self.search = search
        space = search.space
        self.posterior = posterior
    }

    /// An item that failed alone and is the first culprit beyond doubt.
    var culprit: Int? {
        guard let suspect = posterior.suspect, suspect.probability >= Self.sureOfCulprit else {
            return nil
        }
        let item = posterior.line.items[suspect.position]
        return search.knowledge.tally(of: space.below[item]).margin < 0 ? item : nil
    }

    func questions(upTo limit: Int) -> [Question] {
        let target = space.all.subtracting(search.standing.refused)
        if posterior.allHold >= Self.sureOfResult {
            let hasPassed = target.isEmpty || search.knowledge.tally(of: target).margin > 0
            return hasPassed ? [] : [Question(target, for: .verify)]
        }
        guard let suspect = posterior.suspect else { return [] }
        if suspect.probability >= Self.worthTryingAlone {
            let questions = confront(suspect, upTo: limit)
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

    private func confront(
        _ suspect: (position: Int, probability: Double), upTo limit: Int
    ) -> [Question] {
        let item = posterior.line.items[suspect.position]
        let alone = search.knowledge.tally(of: space.below[item])
        if alone.margin < 0 { return [] }
        if alone.margin < 2 { return [Question(space.below[item], for: .solo(item))] }
        guard suspect.probability >= Self.sureOfCulprit else { return [] }
        let context = posterior.line.prefix(suspect.position + 1)
        guard search.knowledge.verdict(on: context) == .failed else {
            return [Question(context, for: .explain(context))]
        }
        return Explanation(
            of: context, knowing: search.knowledge, in: space, partners: [:], isSingle: { _ in 0 }
        ).questions(upTo: limit)
    }
}

extension Search {
    /// The belief about the items that are not given up.
    func weighAllAnswers() -> Posterior {
        let outlook = Outlook(belief, held: .empty, broken: standing.culprits)
        let line = Line(
            space.all.subtracting(standing.refused), after: .empty, in: space, outlook: outlook,
            interaction: 0.0005)
        return Posterior(line, knowing: knowledge.tallies, rates: expectedFlips, in: space)
    }

    /// What was thought of the answers beforehand.
    private var expectedFlips: FlipRates {
        if case .flaky(let rates) = options.reliability { return rates }
        return FlipRates()
    }

    /// How often answers seem to be wrong, as far as that was noticed: the worst of what the
    /// posterior says, what repeated questions say, and passes above what is held for a conflict.
    public var flipRate: Double {
        guard let rates = posterior?.rates else { return 0 }
        func rate(_ wrong: (count: Int, of: Int)) -> Double {
            (0.2 + Double(wrong.count)) / (10 + Double(wrong.of))
        }
        return max(
            rates.falseFailure, rates.falsePass, rate(knowledge.outvoted),
            rate(passesAboveConflicts))
    }

    private var passesAboveConflicts: (count: Int, of: Int) {
        let failing = standing.conflicts.map { space.downward($0.items) }
        return knowledge.tallies.reduce(into: (0, 0)) { sum, entry in
            guard failing.contains(where: { $0.isSubset(of: entry.key) }) else { return }
            sum.0 += entry.value.passes
            sum.1 += entry.value.passes + entry.value.failures
        }
    }
}
