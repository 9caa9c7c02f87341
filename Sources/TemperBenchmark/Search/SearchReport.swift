import Foundation

/// All that was measured, and which targets were met.
struct SearchReport: Codable, Sendable {
    var rows: [Row] = []
    var targets: [Target] = []

    /// One strategy on one class of services.
    struct Row: Codable, Sendable {
        var services: String
        var strategy: String
        var instances: Int
        var bits: Double
        var bitsGivenProfile: Double
        var conflicts: Double
        var trials: Spread
        var rounds: Spread
        var trialsOverBits: Spread
        /// Of the instance that comes out worst: trials minus bits, for each conflict and the one
        /// trial that passes.
        var worstPerConflict: Double
        var maximal: Double
        var heaviest: Double
        var exactConflicts: Double
        var wrongConflicts: Int
        /// Whether every answer was right.
        var hasReliableAnswers: Bool
        var trialsTo80: Double
        var trialsTo95: Double
    }

    struct Spread: Codable, Sendable {
        var mean: Double
        var p95: Double

        init(_ values: [Double]) {
            let sorted = values.sorted()
            mean = values.reduce(0, +) / Double(max(values.count, 1))
            p95 = sorted.isEmpty ? 0 : sorted[min(sorted.count * 95 / 100, sorted.count - 1)]
        }
    }

    init(_ classes: [ServiceClass]) {
        for kind in classes {
            rows += Strategy.all(for: kind.name).map { Row($0, on: kind) }
        }
        targets = Target.all(for: self)
    }

    func row(_ services: String, _ strategy: String) -> Row? {
        rows.first { $0.services == services && $0.strategy == strategy }
    }
}

extension SearchReport.Row {
    init(_ strategy: Strategy, on kind: ServiceClass) {
        let outcomes = kind.instances.enumerated().map { number, instance in
            strategy.run(on: instance, number: number, of: kind)
        }
        func share(_ isSo: (SimulatedOutcome) -> Bool) -> Double {
            100 * Double(outcomes.count(where: isSo)) / Double(max(outcomes.count, 1))
        }
        func mean(_ value: (SimulatedOutcome) -> Int) -> Double {
            SearchReport.Spread(outcomes.map { Double(value($0)) }).mean
        }
        services = kind.name
        self.strategy = strategy.name
        instances = outcomes.count
        bits = SearchReport.Spread(kind.instances.map(\.bits)).mean + kind.pairBits
        bitsGivenProfile =
            SearchReport.Spread(kind.instances.map(\.bitsGivenProfile)).mean + kind.pairBits
        conflicts = SearchReport.Spread(kind.instances.map { Double($0.conflicts.count) }).mean
        trials = SearchReport.Spread(outcomes.map { Double($0.trials) })
        rounds = SearchReport.Spread(outcomes.map { Double($0.rounds) })
        let overBits = zip(outcomes, kind.instances).map {
            Double($0.trials) - $1.bits - kind.pairBits
        }
        trialsOverBits = SearchReport.Spread(overBits)
        worstPerConflict =
            zip(overBits, kind.instances).map { $0 / Double($1.conflicts.count + 1) }.max() ?? 0
        maximal = share(\.isMaximal)
        heaviest = share(\.isHeaviest)
        exactConflicts = share(\.hasExactConflicts)
        wrongConflicts = outcomes.count(where: \.hasWrongConflict)
        hasReliableAnswers = strategy.hasReliableAnswers
        trialsTo80 = mean(\.trialsTo80)
        trialsTo95 = mean(\.trialsTo95)
    }
}
