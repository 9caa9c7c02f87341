/// How much to believe a trial that names whom to blame.
enum Plausibility {
    /// The likelihood ratio that, applied to each chance, makes it `confidence` that at least one
    /// of the items breaks; 1 if that is believed already.
    static func ratio(raising chances: [Double], to confidence: Double) -> Double {
        func someBreaks(_ ratio: Double) -> Double {
            1 - chances.reduce(1) { $0 * (1 - $1) / (1 - $1 + $1 * ratio) }
        }
        guard someBreaks(1) < confidence else { return 1 }
        var (low, high) = (1.0, 1e6)
        // Halving the exponent: forty steps are more than the precision of any such statement.
        for _ in 0..<40 {
            let middle = (low * high).squareRoot()
            if someBreaks(middle) < confidence { low = middle } else { high = middle }
        }
        return high
    }
}

/// How often failing trials name a culprit, and which items they would have named by now.
///
/// Whether an item's failure is told by name depends on the item: the second silence about it
/// is no news.
struct NamingRecord: Sendable {
    private var named: Double
    private var failures: Double
    /// Items in a failing trial that named nobody.
    private var silent = ItemSet()

    /// The first guess is worth four trials.
    init(expected: Double, in space: SearchSpace) {
        named = 4 * expected.clamped(to: 0...0.95)
        failures = 4
    }

    var rate: Double { named / failures }

    /// If the item is to blame for a further failure.
    func chance(ofNaming item: Int) -> Double { silent.contains(item) ? 0 : rate }

    /// How likely the silence about the item so far is, if it is to blame.
    func chance(ofSilence item: Int) -> Double { silent.contains(item) ? 1 - rate : 1 }

    mutating func addNamed() {
        named += 1
        failures += 1
    }

    /// Returns those of which the silence is news.
    mutating func add(silent items: ItemSet) -> ItemSet {
        let news = items.subtracting(silent)
        if !news.isEmpty { failures += 1 }
        silent.formUnion(items)
        return news
    }
}
