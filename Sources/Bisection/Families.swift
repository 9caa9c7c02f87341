/// How likely each family is to be hot.
///
/// Families of which nothing is known share one rate, a Beta(1, 4) to begin with (the first guess
/// is one in five) and learned from one family after the other: the integral over the rate is
/// taken at the middles of five parts of equal probability.
struct Families: Sendable {
    /// For a family of known rate the odds of hot to cold; for another what was seen of it, under
    /// either hypothesis.
    private var seen: [Odds]
    private let isKnown: [Bool]
    private var guesses: [Guess]

    private struct Guess {
        let rate: Double
        var probability: Double

        func odds(_ seen: Odds) -> Odds {
            Odds(hot: rate, cold: 1 - rate).weighed(by: seen)
        }
    }

    private static let rates = [0.026, 0.085, 0.159, 0.260, 0.438]

    /// - Parameter rates: nil where nothing is known.
    init(_ rates: [Double?]) {
        seen = rates.map { $0.map { Odds(hot: $0, cold: 1 - $0) } ?? Odds(hot: 0.5, cold: 0.5) }
        isKnown = rates.map { $0 != nil }
        guesses = Self.rates.map {
            Guess(rate: $0, probability: 1 / Double(Self.rates.count))
        }
    }

    func odds(of family: Int) -> Odds {
        if isKnown[family] { return seen[family] }
        let hot = guesses.reduce(0) { $0 + $1.probability * $1.odds(seen[family]).hot }
        return Odds(hot: hot, cold: 1 - hot)
    }

    var all: [Odds] { seen.indices.map(odds(of:)) }

    mutating func weigh(_ evidence: Odds, of family: Int) {
        if !isKnown[family] {
            for index in guesses.indices {
                let odds = guesses[index].odds(seen[family])
                guesses[index].probability *=
                    odds.hot * evidence.hot + odds.cold * evidence.cold
            }
            let sum = guesses.reduce(0) { $0 + $1.probability }
            for index in guesses.indices { guesses[index].probability /= sum }
        }
        seen[family] = seen[family].weighed(by: evidence)
    }
}
