import Bisection

/// One way of searching, as it stands in the table.
struct Strategy: Sendable {
    let name: String
    private let approach: Approach

    private enum Approach: Sendable {
        case baseline(RivalStrategy)
        case temper(Setup)
    }

    struct Setup: Sendable {
        var knowing = Knowing.rates
        var rigor = Options.Rigor.maximal
        /// Whether a profile of the running service is at hand.
        var hasProfile = false
        /// The share of culprits that a failing trial can name.
        var naming = 0.0
        var flipRate = 0.0
        /// Trials side by side.
        var width = 1
    }

    init(_ baseline: RivalStrategy) {
        name = baseline.rawValue
        approach = .baseline(baseline)
    }

    init(_ name: String, _ setup: Setup = Setup()) {
        self.name = name
        approach = .temper(setup)
    }

    var hasReliableAnswers: Bool {
        if case .temper(let setup) = approach { return setup.flipRate == 0 }
        return true
    }

    func run(on instance: Instance, number: Int, of kind: ServiceClass) -> SimulatedOutcome {
        let seed = UInt64(number)
        switch approach {
        case .baseline(let baseline):
            return baseline.run(
                on: instance, in: kind.catalogue.space(.nothing),
                service: PlantedService(instance, seed: seed))
        case .temper(let setup):
            var knowing = setup.knowing
            if case .wrongRates = knowing { knowing = .wrongRates(seed: seed) }
            var options = Options(rigor: setup.rigor, naming: setup.naming)
            if setup.flipRate > 0 { options.reliability = .flaky(FlipRates()) }
            var search = Search(kind.catalogue.space(knowing), options: options)
            if setup.hasProfile { search.read(profile: ItemSet(instance.profileFlags)) }
            let service = PlantedService(
                instance, seed: seed, flipRate: setup.flipRate, naming: setup.naming)
            return SimulatedCampaign.run(search, on: instance, service: service, width: setup.width)
        }
    }
}

extension Search {
    /// What a profile of the running service says for and against each item.
    fileprivate mutating func read(profile flagged: ItemSet) {
        for item in space.all {
            let ratio =
                flagged.contains(item)
                ? Instance.flagOfBreaking / Instance.flagOfHarmless
                : (1 - Instance.flagOfBreaking) / (1 - Instance.flagOfHarmless)
            suspect(item, likelihoodRatio: ratio)
        }
    }
}

extension Strategy {
    static let nested = Strategy("nested")
    static let proof = Strategy("proof", Setup(rigor: .proof))

    /// What every class of services is searched with.
    static let common: [Strategy] =
        RivalStrategy.allCases.map { Strategy($0) } + [
            Strategy("nested, no prior", Setup(knowing: .nothing)),
            Strategy("proof, no prior", Setup(knowing: .nothing, rigor: .proof)),
            Strategy("nested, families only", Setup(knowing: .familiesOnly)),
            nested,
            proof,
            Strategy("nested, wrong rates", Setup(knowing: .wrongRates(seed: 0))),
            Strategy("proof, wrong rates", Setup(knowing: .wrongRates(seed: 0), rigor: .proof)),
            Strategy("nested, profile", Setup(hasProfile: true)),
            Strategy("proof, profile", Setup(rigor: .proof, hasProfile: true)),
        ]

    static let withFlips = Strategy("proof, flips 2 %", Setup(rigor: .proof, flipRate: 0.02))

    /// What only the typical class is searched with.
    static let special: [Strategy] = [
        Strategy("proof, evidence", Setup(rigor: .proof, naming: 0.8)),
        Strategy(
            "proof, profile, evidence", Setup(rigor: .proof, hasProfile: true, naming: 0.8)),
        withFlips,
        Strategy("nested, rounds of 4", Setup(width: 4)),
        Strategy("nested, rounds of 8", Setup(width: 8)),
        Strategy("proof, evidence, rounds of 2", Setup(rigor: .proof, naming: 0.8, width: 2)),
        Strategy("proof, evidence, rounds of 4", Setup(rigor: .proof, naming: 0.8, width: 4)),
    ]

    static func all(for services: String) -> [Strategy] {
        switch services {
        case "T110": common + special
        case "T110+P1": common + [withFlips]
        default: common
        }
    }
}
