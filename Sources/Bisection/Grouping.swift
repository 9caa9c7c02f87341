/// Choosing the next question about a line of items: which group, or which one alone.
///
/// The measure is the information that an answer brings. For a group it is largest where the
/// chances of passing and failing are even; where failing trials name culprits, a larger group
/// is better. In proof mode an item that breaks must be seen to fail alone sooner or later:
/// a trial of it alone that is likely to fail is worth that trial besides.
struct Grouping: Sendable {
    let line: Line

    /// What all these questions stand on.
    let base: ItemSet

    /// It is known that something in the line breaks.
    let isContaminated: Bool

    /// For each item, the chance that a failing trial names it, if it is to blame.
    let naming: [Double]

    struct Choice {
        var worth: Double
        var question: Question
    }

    /// The best `base + prefix of the line`.
    func bestGroup() -> Choice? {
        let last = isContaminated ? line.items.count - 1 : line.items.count
        guard last > 0 else { return nil }
        let floor = isContaminated ? line.survival[line.items.count] : 0
        var best = (worth: -1.0, count: 0)
        var named = Names()
        for count in 1...last {
            let item = line.items[count - 1]
            named.add(
                (line.survival[count - 1] - line.survival[count]) / (1 - floor),
                naming: naming[item])
            let passes = (line.survival[count] - floor) / (1 - floor)
            let worth = entropy(passes) + named.information
            if worth > best.worth { best = (worth, count) }
        }
        let group = line.prefix(best.count)
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
