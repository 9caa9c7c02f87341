/// From a failing configuration to a minimal conflict in it.
///
/// Some items are known to be necessary; they and what they require are the core. The other
/// items stand in a line of which some prefix, on top of the core, is known to pass. Halving
/// finds the shortest one that fails: its last item is necessary too, and all behind it is
/// irrelevant. Partners of earlier conflicts stand first, and the core alone is tried as soon as
/// it is likely to be all. (QuickXplain, with what is known already left out.)
struct Explanation: Sendable {
    let core: ItemSet
    private let line: [Int]
    /// The items before this position are known not to be enough.
    private let start: Int
    /// How probable it is that each item of the line is the last one needed, or that none is;
    /// relative to each other.
    private let masses: [Double]
    private let coreMass: Double

    init(
        of failing: ItemSet, knowing knowledge: Knowledge, in space: SearchSpace,
        partners: [Int: Int], isSingle: (Int) -> Double
    ) {
        let necessary = knowledge.necessary(in: failing, of: space)
        let core = space.downward(necessary)
        self.core = core
        let rest = failing.subtracting(core)
        let passing = knowledge.passed.map(\.configuration).filter { core.isSubset(of: $0) }
        let exonerated = passing.map { $0.intersection(rest) }.max { $0.count < $1.count }
        // Who is in two conflicts already is most likely in this one too; who is in one, or is
        // known to depend on others, somewhat more likely than the rest.
        let mass: (Int) -> Double = { item in
            let known = max(partners[item] ?? 0, space.items[item].isContextual ? 1 : 0)
            return 1 + Double(rest.count) * [0, 0.15, 1][min(known, 2)]
        }
        let order: (Int) -> Double = { 1 / mass($0) }
        let front = exonerated.map { space.lineUp($0, by: order) } ?? []
        line = front + space.lineUp(rest.subtracting(exonerated ?? .empty), by: order)
        start = front.count
        masses = line.map(mass)
        guard exonerated == nil else {
            coreMass = 0
            return
        }
        let tops = space.tops(of: core)
        let enough = tops.only.map(isSingle) ?? (tops.isEmpty ? 0 : 0.9)
        coreMass = enough / (1 - enough) * masses.reduce(0, +)
    }

    /// At most `limit` questions that cut what is left into parts of equal probability.
    func questions(upTo limit: Int) -> [Question] {
        let total = coreMass + masses[start...].reduce(0, +)
        let first = coreMass > 0 ? start : start + 1
        guard first < line.count else { return [] }
        var cuts: [Int] = []
        for part in 1...limit {
            let goal = total * Double(part) / Double(limit + 1)
            let cut = nearest(to: goal, from: first)
            if cut != cuts.last { cuts.append(cut) }
        }
        return cuts.map { cut in
            let tried = core.union(ItemSet(line[..<cut]))
            return Question(tried, for: .explain(tried))
        }
    }

    /// The cut before which the probability comes nearest to `goal`.
    private func nearest(to goal: Double, from first: Int) -> Int {
        var cumulated = coreMass + masses[start..<first].reduce(0, +)
        var best = (distance: (cumulated - goal).magnitude, cut: first)
        for cut in first + 1..<max(line.count, first + 1) {
            cumulated += masses[cut - 1]
            let distance = (cumulated - goal).magnitude
            if distance < best.distance { best = (distance, cut) }
        }
        return best.cut
    }
}
