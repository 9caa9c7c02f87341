/// Which questions come next, as far as the answers go: first what doubts need, then the search
/// proper, then the proofs that the result still lacks, then the stricter steps.
struct QuestionPlan {
    let search: Search
    let space: SearchSpace
    let state: SearchState
    let knowledge: Knowledge

    init(_ search: Search) {
        self.search = search
        space = search.space
        state = search.state
        knowledge = search.knowledge
    }

    /// None if there is nothing left to ask.
    func questions(upTo limit: Int) -> [Question] {
        let doubts = knowledge.doubtful.map { Question($0, for: .recheck) }
        if !doubts.isEmpty { return Array(doubts.prefix(limit)) }
        if let named { return [named] }
        let searching = Array(Exploration(self).questions(upTo: limit).prefix(limit))
        if !searching.isEmpty { return searching }
        if let verification { return [verification] }
        if let part = partOfConflict { return [part] }
        let certificates = Array(certificates.prefix(limit))
        if !certificates.isEmpty { return certificates }
        return (stricterLevel ?? secondThought).map { [$0] } ?? []
    }
}

// MARK: - What was named

extension QuestionPlan {
    /// The latest cause that a failing trial named and that was not tried by itself.
    private var named: Question? {
        guard search.options.rigor == .proof else { return nil }
        let open = search.named.last { cause in
            cause.isDisjoint(with: state.refused) && knowledge.implied(cause) == nil
        }
        return open.map { cause in
            Question(cause, for: space.tops(of: cause).only.map(Purpose.solo) ?? .explain(cause))
        }
    }
}

// MARK: - What the result still lacks

extension QuestionPlan {
    /// The result must itself have passed, and not only as a part of something.
    private var verification: Question? {
        guard knowledge.verdict(on: state.accepted) == nil else { return nil }
        return Question(state.accepted, for: .verify)
    }

    /// What is left of a conflict without one of its members must itself be seen to pass, or it is
    /// no conflict: a step of a ladder that passes under a stricter one may fail alone.
    private var partOfConflict: Question? {
        for conflict in state.conflicts where conflict.items.count > 1 && !conflict.isUnresolved {
            for item in conflict.items {
                var others = conflict.items
                others.remove(item)
                let part = space.downward(others)
                if knowledge.verdict(on: part) == nil,
                    !knowledge.isSeenToPass(part, topped: space.tops(of: part))
                {
                    return Question(part, for: .explain(part))
                }
            }
        }
        return nil
    }

    /// Items left out that would fit on the result.
    private var addable: [Int] {
        state.refused.filter { space.required(by: $0).isSubset(of: state.accepted) }
    }

    /// Every item left out must be known to fail on top of the result. It mostly is.
    private var certificates: [Question] {
        addable.compactMap { item in
            var extended = state.accepted
            extended.insert(item)
            guard knowledge.implied(extended) == nil else { return nil }
            return Question(extended, for: .certify(item))
        }
    }

    /// A stricter step above a refused one, not yet tried, the strictest first.
    ///
    /// A home directory that is hidden under an empty one may do where one that cannot be written
    /// does not: ladders are monotone in strictness, services are not.
    private var stricterLevel: Question? {
        for refused in addable {
            guard let ladder = space.items[refused].ladder else { continue }
            let steps = space.above[refused]
                .filter { $0 != refused && space.items[$0].ladder == ladder }
                .sorted { space.below[$0].count > space.below[$1].count }
            for step in steps {
                let added = space.below[step].subtracting(state.accepted)
                guard added.isSubset(of: space.above[refused]) else { continue }
                let reached = state.accepted.union(added)
                if knowledge.verdict(on: reached) == nil {
                    return Question(reached, for: .level(step))
                }
            }
        }
        return nil
    }

    /// An item that failed without the rest of the result and may pass on top of it.
    private var secondThought: Question? {
        guard search.options.rigor == .proof else { return nil }
        for item in addable where space.items[item].isContextual {
            var extended = state.accepted
            extended.insert(item)
            if knowledge.verdict(on: extended) == nil {
                return Question(extended, for: .certify(item))
            }
        }
        return nil
    }
}
