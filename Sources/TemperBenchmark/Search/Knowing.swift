import Bisection
import Foundation
import TemperTesting

/// What the search is told beforehand.
enum Knowing: Sendable {
    case nothing
    /// Which items belong together; the same guesses for all families and items.
    case familiesOnly
    /// The rates from which the instances are drawn.
    case rates
    /// The same with errors of one standard deviation in the log-odds.
    case wrongRates(seed: UInt64)
}

extension SimulatedCatalogue {
    func space(_ knowing: Knowing) -> SearchSpace {
        var families: [Double?] = families.map(\.pi)
        var entries = items
        switch knowing {
        case .nothing, .rates: break
        case .familiesOnly:
            families = families.map { _ in nil }
            for index in entries.indices { (entries[index].s, entries[index].c) = (0.35, 0.015) }
        case .wrongRates(let seed):
            var random = SplitMix64(seed: seed, stream: "wrong rates")
            families = families.map { $0.map { random.misjudge($0) } }
            for index in entries.indices {
                entries[index].s = random.misjudge(entries[index].s)
                entries[index].c = random.misjudge(entries[index].c)
            }
        }
        let known = entries.map { entry in
            var chance = Chance.family(entry.fam, hot: entry.s, cold: entry.c)
            if case .nothing = knowing { chance = .unknown }
            return Item(weight: entry.weight, requires: entry.pred, chance: chance)
        }
        do {
            return try SearchSpace(items: known, families: families)
        } catch {
            preconditionFailure("the catalogue is not an order: \(error)")
        }
    }
}

extension SimulatedCatalogue {
    /// - Throws: what is wrong with a catalogue that was read from a file.
    func check() throws {
        for (index, entry) in items.enumerated() where !families.indices.contains(entry.fam) {
            throw SearchSpace.Flaw.unknownFamily(item: index, family: entry.fam)
        }
        _ = try SearchSpace(
            items: items.map { Item(weight: $0.weight, requires: $0.pred) })
    }
}

extension SplitMix64 {
    fileprivate mutating func misjudge(_ probability: Double) -> Double {
        let odds = probability / (1 - probability) * exp(normal())
        return odds / (1 + odds)
    }
}
