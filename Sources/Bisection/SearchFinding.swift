/// The report, at any time.
extension Search {
    /// What is known now, for a search that is stopped early.
    public var findingSoFar: Finding { finding(.stopped) }

    func finding(_ ending: Ending) -> Finding {
        let best = knowledge.best(in: space)
        return Finding(
            accepted: best.configuration,
            verifiedBy: best.configuration.isEmpty ? nil : best.witness,
            refusals: refusals(from: best.configuration),
            conflicts: standing.conflicts,
            surprises: knowledge.surprises,
            bound: bound,
            ending: ending)
    }

    private func refusals(from accepted: ItemSet) -> [Refusal] {
        space.all.subtracting(accepted).compactMap { item in
            var extended = accepted
            extended.insert(item)
            guard space.below[item].isSubset(of: extended) else { return nil }
            let failure = knowledge.failed.first { $0.configuration.isSubset(of: extended) }
            let conflict = standing.conflicts.first { conflict in
                conflict.items.contains(item) && conflict.items.isSubset(of: extended)
            }
            return Refusal(
                item: item, witness: failure?.witness, conflict: conflict,
                isUnresolved: failure?.isUnresolved ?? false)
        }
    }
}
