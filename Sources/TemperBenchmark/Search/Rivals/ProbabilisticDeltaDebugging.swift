import Bisection
import Foundation

/// ProbDD (Wang and others, 2021): every item left out has a probability of being needed there;
/// the group with the largest expected gain is put back, and a failure raises the probabilities
/// of its members by Bayes' rule.
func probabilisticDeltaDebugging(_ oracle: inout MemorizingOracle) -> ItemSet {
    if oracle.passes(without: .empty) { return oracle.space.all }
    var needed = [Int: Double](uniqueKeysWithValues: oracle.space.all.map { ($0, 0.1) })
    while true {
        let candidates = needed.filter { $0.value < 1 - 1e-9 }
            .sorted { $0.value != $1.value ? $0.value < $1.value : $0.key < $1.key }
        guard !candidates.isEmpty else { break }
        var group: [Int] = []
        var best = (gain: 0.0, count: 0)
        var allUnneeded = 1.0
        for (item, probability) in candidates {
            group.append(item)
            allUnneeded *= 1 - probability
            let gain = Double(group.count) * allUnneeded
            if gain > best.gain { best = (gain, group.count) }
        }
        group.removeLast(group.count - max(best.count, 1))
        if oracle.passes(without: ItemSet(needed.keys).subtracting(ItemSet(group))) {
            for item in group { needed[item] = nil }
        } else {
            let someNeeded = 1 - group.reduce(1) { $0 * (1 - needed[$1]!) }
            for item in group { needed[item] = group.count == 1 ? 1 : needed[item]! / someNeeded }
        }
    }
    return oracle.remainder(without: ItemSet(needed.keys))
}
