/// Where in the line the first culprit stands, when answers may be wrong.
///
/// Nothing is accepted for good: all answers are weighed, again and again, by how likely they are
/// if this item is the first to break or that one. An answer that agrees with an error rate of
/// 2 % is worth a factor of 49, so contradictions are settled by asking where the doubt is and
/// not by asking everything twice. (This is Wald's sequential test, at the decisions only.)
struct Posterior: Sendable {
    let line: Line

    /// For each position, the probability that the first culprit stands there; at the end, that
    /// there is none.
    private(set) var weights: [Double]

    /// How often answers seem to be wrong.
    private(set) var rates: FlipRates

    /// An item that breaks on top of others passes alone this often: interactions.
    private static let passesAlone = 0.1

    init(_ line: Line, knowing tallies: [ItemSet: Tally], rates: FlipRates, in space: SearchSpace) {
        self.line = line
        self.rates = rates
        weights = []
        let items = ItemSet(line.items)
        let relevant = tallies.filter { $0.key.isSubset(of: items) }
            .sorted { $0.value.order < $1.value.order }
        weigh(relevant, in: space)
        self.rates = rates.corrected(by: contradictions(in: relevant))
        weigh(relevant, in: space)
    }

    /// The probability that nothing in the line breaks.
    var allHold: Double { weights[line.items.count] }

    /// The likeliest first culprit.
    var suspect: (position: Int, probability: Double)? {
        let position = line.items.indices.max { weights[$0] < weights[$1] }
        return position.map { ($0, weights[$0]) }
    }

    /// How many items from the front fail with the probability nearest to `part`.
    func prefix(failing part: Double) -> Int {
        var cumulated = 0.0
        var best = (distance: Double.infinity, count: 1)
        for position in line.items.indices {
            cumulated += weights[position]
            let distance = (cumulated - part).magnitude
            if distance < best.distance { best = (distance, position + 1) }
        }
        return best.count
    }
}

// MARK: - Bayes

extension Posterior {
    private typealias Record = (key: ItemSet, value: Tally)

    private mutating func weigh(_ records: [Record], in space: SearchSpace) {
        weights = line.items.indices.map { line.survival[$0] - line.survival[$0 + 1] }
        weights.append(line.survival[line.items.count])
        for record in records {
            var othersHold = 1.0
            weights[line.items.count] *= likelihood(of: record.value, breaks: 0)
            for position in line.items.indices.reversed() {
                let item = line.items[position]
                guard record.key.contains(item) else {
                    weights[position] *= likelihood(of: record.value, breaks: 1 - othersHold)
                    continue
                }
                let isAlone = record.key == space.below[item]
                weights[position] *= likelihood(
                    of: record.value, breaks: isAlone ? 1 - Self.passesAlone : 1)
                othersHold *= line.survival[position + 1] / line.survival[position]
            }
            let sum = weights.reduce(0, +)
            for position in weights.indices { weights[position] /= sum }
        }
    }

    func likelihood(of tally: Tally, breaks: Double) -> Double {
        let fails = breaks * (1 - rates.falsePass) + (1 - breaks) * rates.falseFailure
        var result = 1.0
        for _ in 0..<tally.setbacks { result *= fails }
        for _ in 0..<tally.passes { result *= 1 - fails }
        return result
    }

    /// Answers that must be wrong if the likeliest hypothesis is right, and it is likely enough; a
    /// failure only where something that holds as much passed, or else the hypothesis would
    /// explain away whatever speaks against it.
    private func contradictions(in records: [Record]) -> Contradictions {
        var result = Contradictions()
        let best = weights.indices.max { weights[$0] < weights[$1] } ?? 0
        guard weights[best] > 0.9 else { return result }
        let before = line.prefix(best)
        let passing = records.filter { $0.value.margin > 0 }.map(\.key)
        for record in records {
            let hasPassed = passing.contains { record.key.isSubset(of: $0) }
            if hasPassed, record.key.isSubset(of: before) {
                result.passesDue += record.value.passes + record.value.failures
                result.falseFailures += record.value.failures
            } else if best < line.items.count, record.key.contains(line.items[best]) {
                result.failuresDue += record.value.passes + record.value.failures
                result.falsePasses += record.value.passes
            }
        }
        return result
    }
}

/// Answers held against what they should have been.
struct Contradictions: Hashable, Sendable {
    var falseFailures = 0
    var passesDue = 0
    var falsePasses = 0
    var failuresDue = 0
}

extension FlipRates {
    /// The first guess, and what was seen since.
    func corrected(by seen: Contradictions) -> FlipRates {
        func rate(_ guess: Double, _ wrong: Int, _ count: Int) -> Double {
            ((guess * strength + Double(wrong)) / (strength + Double(count)))
                .clamped(to: 0.001...0.45)
        }
        return FlipRates(
            falseFailure: rate(falseFailure, seen.falseFailures, seen.passesDue),
            falsePass: rate(falsePass, seen.falsePasses, seen.failuresDue),
            strength: strength)
    }
}
