/// The best way out of all known conflicts: what to give up so that none remains.
///
/// Giving up an item gives up all that require it. Among the ways out the one is chosen whose
/// remainder outranks the others', by branch and bound: one conflict after the other, smallest
/// first, each of its items given up in turn and kept in the branches after. The conflicts of a
/// service are mostly single items, which leave no choice, so the tree is tiny.
struct HittingSet {
    private let space: SearchSpace
    private let conflicts: [ItemSet]
    private var best: ItemSet?
    private var bestWeight = Int.max

    /// What is given up; closed upward.
    static func best(for conflicts: [ItemSet], in space: SearchSpace) -> ItemSet {
        var search = HittingSet(conflicts: conflicts, in: space)
        search.extend(.empty, weight: 0, kept: .empty)
        return search.best ?? .empty
    }

    private init(conflicts: [ItemSet], in space: SearchSpace) {
        self.space = space
        self.conflicts = conflicts.map { ($0, $0.count) }.sorted { $0.1 < $1.1 }.map(\.0)
    }

    private mutating func extend(_ dropped: ItemSet, weight: Int, kept: ItemSet) {
        let open = conflicts.filter { $0.isDisjoint(with: dropped) }
        guard let conflict = open.first else { return consider(dropped, weight: weight) }
        guard weight + leastWeight(toHit: open) <= bestWeight else { return }
        var kept = kept
        for item in conflict where space.above[item].isDisjoint(with: kept) {
            let added = space.above[item].subtracting(dropped)
            extend(
                dropped.union(added), weight: weight + space.weight(of: added), kept: kept)
            kept.insert(item)
        }
    }

    /// Conflicts that share no item must each lose one of its own.
    private func leastWeight(toHit open: [ItemSet]) -> Int {
        var counted = ItemSet()
        var weight = 0
        for conflict in open where conflict.isDisjoint(with: counted) {
            counted.formUnion(conflict)
            weight += conflict.map { space.items[$0].weight }.min() ?? 0
        }
        return weight
    }

    private mutating func consider(_ dropped: ItemSet, weight: Int) {
        if let best {
            let remainders = (space.all.subtracting(dropped), space.all.subtracting(best))
            guard space.outranks(remainders.0, remainders.1) else { return }
        }
        best = dropped
        bestWeight = weight
    }
}
