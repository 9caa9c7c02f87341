/// From failing configurations to minimal conflicts.
extension Knowledge {
    /// The items without which a failing configuration is known to pass; they are part of every
    /// conflict in it.
    ///
    /// If a known pass lacks only items that all require one of them, that one is necessary.
    func necessary(in failing: ItemSet, of space: SearchSpace) -> ItemSet {
        var result = ItemSet()
        for pass in passed {
            let lacking = failing.subtracting(pass.configuration)
            guard var lowest = lacking.first else { continue }
            while let lower = space.below[lowest].intersection(lacking).first(where: {
                $0 != lowest
            }) { lowest = lower }
            if lacking.isSubset(of: space.above[lowest]) { result.insert(lowest) }
        }
        return result
    }

    /// The failures of which every part is known to pass.
    func minimalConflicts(in space: SearchSpace) -> [Conflict] {
        failed.compactMap { fact in
            let core = space.downward(necessary(in: fact.configuration, of: space))
            guard core == fact.configuration else { return nil }
            return Conflict(
                items: space.tops(of: core), witness: fact.witness,
                isUnresolved: fact.isUnresolved)
        }
    }
}
