import Bisection

/// How one search of one instance went.
struct SimulatedOutcome: Codable, Sendable {
    var trials = 0
    var rounds = 0
    var isMaximal = false
    var isHeaviest = false
    /// The conflicts reported are those planted, no more and no fewer.
    var hasExactConflicts = false
    /// A reported conflict does not fail, or fails without one of its members.
    var hasWrongConflict = false
    var trialsTo80 = 0
    var trialsTo95 = 0
}

/// How a strategy finds out about a service, and how well it does.
struct SimulatedCampaign {
    let space: SearchSpace
    let instance: Instance
    let heaviest: Int
    private(set) var service: PlantedService
    private(set) var outcome = SimulatedOutcome()

    init(_ instance: Instance, in space: SearchSpace, service: PlantedService) {
        self.space = space
        self.instance = instance
        self.service = service
        heaviest = instance.heaviest(in: space)
    }

    mutating func ask(_ configuration: ItemSet) -> Bool {
        let passes = service.passes(configuration)
        outcome.trials += 1
        guard passes else { return false }
        note(weight: space.weight(of: configuration))
        return true
    }

    private mutating func note(weight: Int) {
        if outcome.trialsTo80 == 0, weight * 100 >= heaviest * 80 {
            outcome.trialsTo80 = outcome.trials
        }
        if outcome.trialsTo95 == 0, weight * 100 >= heaviest * 95 {
            outcome.trialsTo95 = outcome.trials
        }
    }

    /// Judges a result by what was planted.
    mutating func end(accepting accepted: ItemSet) -> SimulatedOutcome {
        let addable = space.all.subtracting(accepted).filter { item in
            var extended = accepted
            extended.insert(item)
            return space.below[item].isSubset(of: extended)
        }
        outcome.isMaximal =
            service.works(under: accepted)
            && addable.allSatisfy { !service.works(under: accepted.union([$0])) }
        outcome.isHeaviest =
            service.works(under: accepted) && space.weight(of: accepted) == heaviest
        return outcome
    }
}

// MARK: - With Temper's search

extension SimulatedCampaign {
    static func run(
        _ search: Search, on instance: Instance, service: PlantedService, width: Int = 1
    ) -> SimulatedOutcome {
        var search = search
        var campaign = SimulatedCampaign(instance, in: search.space, service: service)
        while true {
            switch search.nextRound(upTo: width) {
            case .ask(let questions):
                campaign.outcome.rounds += 1
                for question in questions {
                    let passes = campaign.ask(question.configuration)
                    let evidence =
                        passes ? nil : campaign.service.evidence(from: question.configuration)
                    search.learn(
                        passes ? .passed : .failed, to: question,
                        evidence: evidence.map { [$0] } ?? [])
                }
            case .finished(let finding):
                campaign.judge(finding.conflicts.map(\.items))
                return campaign.end(accepting: finding.accepted)
            }
        }
    }

    private mutating func judge(_ conflicts: [ItemSet]) {
        outcome.hasExactConflicts = Set(conflicts) == Set(instance.conflicts)
        outcome.hasWrongConflict = !conflicts.allSatisfy { conflict in
            let configuration = space.downward(conflict)
            return !service.works(under: configuration)
                && conflict.allSatisfy { service.works(under: configuration.subtracting([$0])) }
        }
    }
}

extension Instance {
    /// The weight of the best working configuration, by trying every choice between the partners.
    func heaviest(in space: SearchSpace) -> Int {
        func choose(_ pairs: ArraySlice<[Int]>, _ dropped: ItemSet) -> Int {
            guard let pair = pairs.first else {
                return space.weight(of: space.all.subtracting(dropped))
            }
            if pair.contains(where: dropped.contains) { return choose(pairs.dropFirst(), dropped) }
            return pair.map { choose(pairs.dropFirst(), dropped.union(space.above[$0])) }.max() ?? 0
        }
        return choose(pairs[...], space.upward(ItemSet(singles)))
    }
}
