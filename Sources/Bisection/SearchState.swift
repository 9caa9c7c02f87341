/// Where the search stands: what is accepted, given up, vouched for and open, as far as the
/// answers go.
struct SearchState: Sendable {
    /// A configuration that passes; every question is asked on top of it.
    let accepted: ItemSet

    /// What is given up, closed upward.
    let refused: ItemSet

    /// Items that passed, but never on top of all that is accepted. Little can be wrong with
    /// them; the next pass that contains them proves it, or else they interact.
    let vouched: ItemSet

    /// Items of which nothing is known but their chance.
    let open: ItemSet

    /// Items that broke for sure, alone or on top of what is accepted.
    let culprits: ItemSet

    /// The minimal conflicts that are known.
    let conflicts: [Conflict]

    /// For each failure that nothing given up explains: what it adds to the accepted items.
    let residues: [Residue]

    struct Residue: Hashable, Sendable {
        let failure: Knowledge.Fact
        let items: ItemSet
    }

    init(_ knowledge: Knowledge, in space: SearchSpace, rigor: Options.Rigor) {
        conflicts = knowledge.minimalConflicts(in: space)
        var culprits = ItemSet()
        switch rigor {
        case .proof:
            refused = HittingSet.best(for: conflicts.map(\.items), in: space)
            accepted = knowledge.best(outside: refused, in: space)
            for conflict in conflicts {
                if let item = conflict.items.only { culprits.insert(item) }
            }
        case .maximal:
            accepted = knowledge.best(outside: .empty, in: space)
            for fact in knowledge.failed {
                if let item = fact.configuration.subtracting(accepted).only {
                    culprits.insert(item)
                }
            }
            refused = space.upward(culprits)
        }
        self.culprits = culprits
        let undecided = space.all.subtracting(accepted).subtracting(refused)
        var vouched = ItemSet()
        for fact in knowledge.passed { vouched.formUnion(fact.configuration) }
        vouched.formIntersection(undecided)
        let (accepted, refused) = (accepted, refused)
        residues = knowledge.failed.compactMap { fact in
            guard fact.configuration.isDisjoint(with: refused) else { return nil }
            let rest = fact.configuration.subtracting(accepted)
            return rest.isEmpty ? nil : Residue(failure: fact, items: rest)
        }
        self.vouched = vouched
        open = undecided.subtracting(vouched)
    }

    /// Where the search stands if single answers prove nothing: `rejected` items failed alone and
    /// by all the evidence.
    init(_ knowledge: Knowledge, in space: SearchSpace, rejecting rejected: ItemSet) {
        let minimal = knowledge.minimalConflicts(in: space)
        let known = ItemSet(minimal.compactMap(\.items.only))
        conflicts =
            minimal
            + rejected.subtracting(known).compactMap { item in
                let tally = knowledge.tally(of: space.below[item])
                return (tally.firstFailure ?? tally.firstUnresolved).map {
                    Conflict(items: [item], witness: $0, isUnresolved: tally.isBeyondJudgement)
                }
            }
        culprits = rejected.union(known)
        refused = HittingSet.best(for: conflicts.map(\.items), in: space)
        accepted = knowledge.best(in: space, without: conflicts).configuration
        vouched = .empty
        open = space.all.subtracting(refused).subtracting(accepted)
        residues = []
    }
}

extension Knowledge {
    /// The best configuration that passes for being part of one that did, without `refused`.
    func best(outside refused: ItemSet, in space: SearchSpace) -> ItemSet {
        passed.reduce(.empty) { best, fact in
            let rest = fact.configuration.subtracting(refused)
            return space.outranks(rest, best) ? rest : best
        }
    }
}

extension ItemSet {
    /// The member, if there is exactly one.
    var only: Int? {
        guard let first else { return nil }
        return count == 1 ? first : nil
    }
}
