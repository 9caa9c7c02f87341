/// Choosing the next question about a line of items: which group, or which one alone.
///
/// The measure is the information that an answer brings. For a group it is largest where the
/// chances of passing and failing are even; where failing trials name culprits, a larger group
/// is better: a name is worth half of what it tells, since it may be wrong and must be tried.
/// In proof mode an item that breaks must be seen to fail alone sooner or later:
/// a trial of it alone that is likely to fail is worth that trial besides.
struct Grouping: Sendable {
    let line: Line

    /// What all these questions stand on.
    let base: ItemSet

    /// It is known that something in the line breaks.
    let isContaminated: Bool

    /// How likely a failing trial names an item that is to blame.
    let naming: NamingRecord

    struct Choice {
        var worth: Double
        var question: Question
    }

    /// The best `base + prefix of the line`.
    func bestGroup(in space: SearchSpace) -> Choice? {
        let last = isContaminated ? line.items.count - 1 : line.items.count
        guard last > 0 else { return nil }
        let floor = isContaminated ? line.survival[line.items.count] : 0
        var best = (worth: -1.0, count: 0)
        var named = Names()
        for count in 1...last {
            let item = line.items[count - 1]
            named.add(
                (line.survival[count - 1] - line.survival[count]) / (1 - floor),
                naming: naming.chance(ofNaming: item))
            let passes = (line.survival[count] - floor) / (1 - floor)
            let worth = entropy(passes) + named.information / 2
            if worth > best.worth { best = (worth, count) }
        }
        let group = space.downward(line.prefix(best.count)).subtracting(base)
        let purpose = isContaminated ? Purpose.locate(group) : .accept(group)
        return Choice(
            worth: best.worth, question: Question(base.union(group), for: purpose))
    }

    /// The best single item to try without the others.
    func bestSolo(
        in space: SearchSpace, credit: Double, where canStandAlone: (Int) -> Bool
    ) -> Choice? {
        let contamination = isContaminated ? 1 - line.survival[line.items.count] : 1
        let isLast = line.items.count - line.vouched == 1 && !isContaminated
        var best: (worth: Double, item: Int)?
        for position in line.vouched..<line.items.count {
            let item = line.items[position]
            let breaks = min(line.chances[position] / contamination, 1)
            let worth = entropy(breaks) + credit * breaks - (isLast ? 1 - breaks : 0)
            if worth > best?.worth ?? 0, canStandAlone(item) { best = (worth, item) }
        }
        return best.map {
            Choice(worth: $0.worth, question: Question(space.below[$0.item], for: .solo($0.item)))
        }
    }
}

// MARK: - Several groups side by side

extension Grouping {
    /// Disjoint groups, each as likely to pass as to fail, or equally likely if less is left; of
    /// a line known to hold a culprit one more group than is asked, since the last one follows.
    func pieces(_ count: Int, in space: SearchSpace) -> [Question] {
        let ground = base.union(line.prefix(line.vouched))
        var start = line.vouched
        var result: [Question] = []
        var count = count
        if !isContaminated, count > 1, line.survival[line.items.count] > 0.6 {
            // The last step may be near: all at once saves the round that would verify it.
            let rest = space.downward(line.prefix(line.items.count)).subtracting(base)
            result.append(Question(base.union(rest), for: .accept(rest)))
            count -= 1
        }
        let cuts = isContaminated ? equalParts(count + 1) : evenOdds(count)
        for cut in cuts.prefix(count) where cut > start {
            let group = space.downward(ItemSet(line.items[start..<cut])).subtracting(base)
            start = cut
            let configuration = ground.union(group)
            result.append(
                Question(configuration, for: isContaminated ? .locate(group) : .accept(group)))
        }
        if result.isEmpty, let group = bestGroup(in: space) { return [group.question] }
        return result
    }

    /// The ends of groups that hold the first culprit with equal probability.
    private func equalParts(_ count: Int) -> [Int] {
        let last = line.items.count
        let (most, least) = (line.survival[line.vouched], line.survival[last])
        return (1...count).map { part in
            let goal = most - (most - least) * Double(part) / Double(count)
            return nearest(to: goal)
        }
    }

    /// The ends of groups that pass with even odds.
    private func evenOdds(_ count: Int) -> [Int] {
        let last = line.items.count
        let whole = log2(line.survival[last] / line.survival[line.vouched])
        let step = max(-1, whole / Double(count))
        return (1...count).map { part in
            nearest(to: line.survival[line.vouched] * exp2(step * Double(part)))
        }
    }

    private func nearest(to goal: Double) -> Int {
        (line.vouched...line.items.count).min {
            (line.survival[$0] - goal).magnitude < (line.survival[$1] - goal).magnitude
        } ?? line.items.count
    }
}

/// What a failing group tells besides that it fails, if it may name the first culprit.
private struct Names {
    private var mass = 0.0
    private var named = 0.0
    private var logarithms = 0.0

    mutating func add(_ probability: Double, naming: Double) {
        mass += probability
        guard naming > 0, probability > 0 else { return }
        named += probability * naming
        logarithms += probability * naming * log2(probability)
    }

    var information: Double { named > 0 ? named * log2(mass) - logarithms : 0 }
}
