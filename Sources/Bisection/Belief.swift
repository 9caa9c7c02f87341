/// How likely each item is to break, from its chance and from later suspicions.
///
/// Items of one family break together, so a family has two hypotheses, hot and cold, and an item
/// a rate under each. A suspicion with likelihood ratio `r` (how much more often it is raised of
/// an item that breaks than of one that does not) is Bayes' rule applied to all three numbers:
/// nothing is approximated.
struct Belief: Sendable {
    /// The probability of breaking if the family is hot, and if it is cold.
    private(set) var rates: [Odds]
    private(set) var families: Families
    private(set) var familyOfItem: [Int?]
    private(set) var isUnknown: [Bool]

    /// A rate below or above these is not believed.
    static let credible = 0.0005...0.985

    init(_ space: SearchSpace) {
        families = Families(space.families)
        rates = []
        familyOfItem = []
        isUnknown = []
        for item in space.items {
            switch item.chance {
            case .unknown: append(Odds(hot: 0.0625, cold: 0.0625), family: nil, isUnknown: true)
            case .independent(let rate): append(Odds(hot: rate, cold: rate), family: nil)
            case .family(let family, let hot, let cold):
                append(Odds(hot: hot, cold: cold), family: family)
            }
        }
    }

    private mutating func append(
        _ rate: Odds, family: Int?, isUnknown: Bool = false
    ) {
        rates.append(rate.clamped(to: Self.credible))
        familyOfItem.append(family)
        self.isUnknown.append(isUnknown)
    }

    mutating func suspect(_ item: Int, likelihoodRatio ratio: Double) {
        let rate = rates[item]
        let evidence = Odds(
            hot: rate.hot * ratio + 1 - rate.hot, cold: rate.cold * ratio + 1 - rate.cold)
        rates[item] = Odds(
            hot: rate.hot * ratio / evidence.hot, cold: rate.cold * ratio / evidence.cold
        ).clamped(to: Self.credible)
        isUnknown[item] = false
        if let family = familyOfItem[item] { families.weigh(evidence, of: family) }
    }
}

/// The belief, as it stands after some items were seen to hold and others to break.
struct Outlook: Sendable {
    private let belief: Belief
    private var families: Families
    /// Of the items of unknown rate: one more than broke, and fifteen more than held.
    private var unknown = (broken: 1.0, held: 15.0)

    init(_ belief: Belief, held: ItemSet, broken: ItemSet) {
        self.belief = belief
        families = belief.families
        for item in held { observe(item, breaks: false) }
        for item in broken { observe(item, breaks: true) }
    }

    func chance(_ item: Int) -> Double {
        if belief.isUnknown[item] { return unknown.broken / (unknown.broken + unknown.held) }
        let rate = belief.rates[item]
        guard let family = belief.familyOfItem[item] else { return rate.hot }
        let odds = families.odds(of: family)
        return odds.hot * rate.hot + odds.cold * rate.cold
    }

    mutating func observe(_ item: Int, breaks: Bool) {
        if belief.isUnknown[item] {
            if breaks { unknown.broken += 1 } else { unknown.held += 1 }
        } else if let family = belief.familyOfItem[item] {
            let rate = belief.rates[item]
            families.weigh(
                breaks ? rate : Odds(hot: 1 - rate.hot, cold: 1 - rate.cold), of: family)
        }
    }
}

extension Outlook {
    /// The uncertainty about these items, in bits; at most as much as there is in them one by one,
    /// and in a family at most as much as in its being hot and in its items then.
    func bits(in items: ItemSet) -> Double {
        let families = self.families.all
        var oneByOne = [Double](repeating: 0, count: families.count)
        var together = families.map { entropy($0.hot) }
        var bits = 0.0
        for item in items {
            let alone = entropy(chance(item))
            guard let family = belief.familyOfItem[item], !belief.isUnknown[item] else {
                bits += alone
                continue
            }
            let (rate, odds) = (belief.rates[item], families[family])
            oneByOne[family] += alone
            together[family] += odds.hot * entropy(rate.hot) + odds.cold * entropy(rate.cold)
        }
        return zip(oneByOne, together).reduce(bits) { $0 + min($1.0, $1.1) }
    }
}

/// A number under each of a family's two hypotheses.
struct Odds: Hashable, Sendable {
    var hot: Double
    var cold: Double

    /// By Bayes' rule.
    func weighed(by evidence: Odds) -> Odds {
        let (hot, cold) = (hot * evidence.hot, cold * evidence.cold)
        return Odds(hot: hot / (hot + cold), cold: cold / (hot + cold))
    }

    func clamped(to range: ClosedRange<Double>) -> Odds {
        Odds(hot: hot.clamped(to: range), cold: cold.clamped(to: range))
    }
}

extension Double {
    func clamped(to range: ClosedRange<Double>) -> Double {
        Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}
