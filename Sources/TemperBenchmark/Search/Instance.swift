import Bisection
import Foundation
import TemperTesting

/// A simulated service: what breaks it, and what its profile would have said.
struct Instance: Codable, Sendable {
    var singles: [Int]
    var pairs: [[Int]]
    /// Items that a profile of the running service speaks against: nine in ten of those that
    /// break, eight in a hundred of those that do not.
    var profileFlags: [Int]
    /// Surprise of the breaking items under the catalogue's rates, in bits.
    var bits: Double
    /// The same, once the profile is known.
    var bitsGivenProfile: Double

    static let flagOfBreaking = 0.9
    static let flagOfHarmless = 0.08

    var conflicts: [ItemSet] { singles.map { [$0] } + pairs.map(ItemSet.init) }
}

/// What to draw.
enum Interactions: Sendable {
    case none
    /// So many random pairs that fail together.
    case pairs(Int)
    /// One item that fails together with each of six system call groups.
    case hub
}

extension Instance {
    static func draw(
        from catalogue: SimulatedCatalogue, _ interactions: Interactions, seed: UInt64
    ) -> Instance {
        let space = catalogue.space(.nothing)
        var random = SplitMix64(seed: seed, stream: "instance")
        let hot = catalogue.families.map { random.happens($0.pi) }
        let breaking = ItemSet(
            catalogue.items.indices.filter {
                let item = catalogue.items[$0]
                return random.happens(hot[item.fam] ? item.s : item.c)
            })
        let singles = breaking.filter { space.below[$0].intersection(breaking).count == 1 }
        let blocked = space.upward(ItemSet(singles))
        let flags = catalogue.items.indices.filter {
            random.happens(breaking.contains($0) ? flagOfBreaking : flagOfHarmless)
        }
        var instance = Instance(
            singles: Array(singles), pairs: [], profileFlags: flags, bits: 0, bitsGivenProfile: 0)
        let free = Array(space.all.subtracting(blocked))
        instance.pairs = interactions.draw(from: free, of: catalogue, in: space, &random)
        instance.bits = catalogue.bits(of: ItemSet(singles), blocked: blocked, flags: nil)
        instance.bitsGivenProfile = catalogue.bits(
            of: ItemSet(singles), blocked: blocked, flags: ItemSet(flags))
        return instance
    }
}

extension Interactions {
    fileprivate func draw(
        from free: [Int], of catalogue: SimulatedCatalogue, in space: SearchSpace,
        _ random: inout SplitMix64
    ) -> [[Int]] {
        var pairs: [[Int]] = []
        func isNew(_ one: Int, _ other: Int) -> Bool {
            !space.below[one].contains(other) && !space.below[other].contains(one)
                && !pairs.contains([min(one, other), max(one, other)])
        }
        switch self {
        case .none: return []
        case .pairs(let count):
            while pairs.count < count {
                let pair = [
                    free.randomElement(using: &random)!, free.randomElement(using: &random)!,
                ]
                if isNew(pair[0], pair[1]) { pairs.append(pair.sorted()) }
            }
        case .hub:
            let groups = free.filter { catalogue.items[$0].name.hasPrefix("@") }
                .shuffled(using: &random)
            let others = free.filter { !catalogue.items[$0].name.hasPrefix("@") }
            let hub = others.randomElement(using: &random)!
            for group in groups where pairs.count < 6 && isNew(hub, group) {
                pairs.append([hub, group].sorted())
            }
        }
        return pairs
    }
}

extension SimulatedCatalogue {
    /// How surprising it is that exactly these break, in bits.
    fileprivate func bits(of singles: ItemSet, blocked: ItemSet, flags: ItemSet?) -> Double {
        var hot = families.map(\.pi)
        var cold = families.map { 1 - $0.pi }
        var hotEvidence = hot
        var coldEvidence = cold
        for (index, item) in items.enumerated() {
            let isBlocked = blocked.contains(index) && !singles.contains(index)
            let breaks = singles.contains(index)
            var likelihood = (breaking: 1.0, harmless: 1.0)
            if let flags {
                let isFlagged = flags.contains(index)
                likelihood.breaking =
                    isFlagged ? Instance.flagOfBreaking : 1 - Instance.flagOfBreaking
                likelihood.harmless =
                    isFlagged ? Instance.flagOfHarmless : 1 - Instance.flagOfHarmless
            }
            func evidence(_ rate: Double) -> Double {
                rate * likelihood.breaking + (1 - rate) * likelihood.harmless
            }
            func joint(_ rate: Double) -> Double {
                if isBlocked { return evidence(rate) }
                return breaks ? rate * likelihood.breaking : (1 - rate) * likelihood.harmless
            }
            hot[item.fam] *= joint(item.s)
            cold[item.fam] *= joint(item.c)
            hotEvidence[item.fam] *= evidence(item.s)
            coldEvidence[item.fam] *= evidence(item.c)
        }
        return families.indices.reduce(0) {
            $0 - log2((hot[$1] + cold[$1]) / (hotEvidence[$1] + coldEvidence[$1]))
        }
    }
}
