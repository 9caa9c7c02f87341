import Bisection
import TemperTesting

/// A service that breaks under known conflicts, and a probe that may be wrong about it.
struct PlantedService {
    private let conflicts: [ItemSet]
    private var random: SplitMix64
    private var flipRate: Double
    /// The items that a failing trial can name; nil if trials name nobody.
    private var nameable: ItemSet?
    private(set) var trials = 0

    init(_ instance: Instance, seed: UInt64, flipRate: Double = 0, naming: Double = 0) {
        conflicts = instance.conflicts
        random = SplitMix64(seed: seed, stream: "service")
        self.flipRate = flipRate
        guard naming > 0 else { return }
        let culprits = ItemSet(instance.singles + instance.pairs.joined())
        nameable = ItemSet(culprits.filter { _ in random.happens(naming) })
    }

    /// Whether the service works, whatever the probe says.
    func works(under configuration: ItemSet) -> Bool {
        !conflicts.contains { $0.isSubset(of: configuration) }
    }

    mutating func passes(_ configuration: ItemSet) -> Bool {
        trials += 1
        let works = works(under: configuration)
        return random.happens(flipRate) ? !works : works
    }

    /// What a failing trial says: a random one of the culprits in it that can be named, one time
    /// in twenty just anything.
    mutating func evidence(from configuration: ItemSet) -> CulpritHint? {
        guard let nameable else { return nil }
        let culprits = nameable.intersection(configuration)
        guard !culprits.isEmpty else { return nil }
        let pool = random.happens(0.05) ? configuration : culprits
        return Array(pool).randomElement(using: &random).map { CulpritHint(suspects: [$0]) }
    }
}
