import Bisection

/// A known way of searching, for comparison; each returns what it accepts.
enum RivalStrategy: String, CaseIterable, Sendable {
    case linear
    case ddmin
    case probDD = "ProbDD"
    case fastDiag = "FastDiag"

    func run(on instance: Instance, in space: SearchSpace, service: PlantedService)
        -> SimulatedOutcome
    {
        var oracle = MemorizingOracle(SimulatedCampaign(instance, in: space, service: service))
        let accepted =
            switch self {
            case .linear: oneByOne(&oracle)
            case .ddmin: deltaDebugging(&oracle)
            case .probDD: probabilisticDeltaDebugging(&oracle)
            case .fastDiag: fastDiagnosis(&oracle)
            }
        var outcome = oracle.campaign.end(accepting: accepted)
        outcome.rounds = outcome.trials
        return outcome
    }
}

/// Asks nothing twice; beyond that every strategy is on its own.
struct MemorizingOracle {
    var campaign: SimulatedCampaign
    private var known: [ItemSet: Bool] = [.empty: true]

    var space: SearchSpace { campaign.space }

    init(_ campaign: SimulatedCampaign) { self.campaign = campaign }

    mutating func passes(_ configuration: ItemSet) -> Bool {
        if let answer = known[configuration] { return answer }
        let answer = campaign.ask(configuration)
        known[configuration] = answer
        return answer
    }

    /// Whether all passes but these and what requires them.
    mutating func passes(without items: ItemSet) -> Bool {
        passes(remainder(without: items))
    }

    /// The items in the order of the catalogue, but each behind those that require it, so that
    /// what is given up first is the stricter step.
    var strictestFirst: [Int] {
        var seen = ItemSet()
        var order: [Int] = []
        for item in space.all {
            for above in Array(space.above[item]).sorted(by: isStricter)
            where !seen.contains(above) {
                seen.insert(above)
                order.append(above)
            }
        }
        return order
    }

    private func isStricter(_ one: Int, _ other: Int) -> Bool {
        space.below[one].count > space.below[other].count
    }

    func remainder(without items: ItemSet) -> ItemSet {
        space.all.subtracting(space.upward(items))
    }
}
