import Bisection

/// ddmin (Zeller and Hildebrandt, 2002) on the items left out: a smallest set whose absence lets
/// the rest pass.
func deltaDebugging(_ oracle: inout MemorizingOracle) -> ItemSet {
    if oracle.passes(without: .empty) { return oracle.space.all }
    var left = Array(oracle.space.all)
    var parts = 2
    while left.count >= 2 {
        let chunks = left.split(into: parts)
        if let chunk = chunks.first(where: { oracle.passes(without: ItemSet($0)) }) {
            (left, parts) = (chunk, 2)
            continue
        }
        let complements = chunks.indices.map { index in
            chunks.indices.flatMap { $0 == index ? [] : chunks[$0] }
        }
        if parts > 2,
            let complement = complements.first(where: { oracle.passes(without: ItemSet($0)) })
        {
            (left, parts) = (complement, max(parts - 1, 2))
            continue
        }
        guard parts < left.count else { break }
        parts = min(parts * 2, left.count)
    }
    return oracle.remainder(without: ItemSet(left))
}

extension Array {
    fileprivate func split(into parts: Int) -> [[Element]] {
        (0..<parts).map { Array(self[(count * $0 / parts)..<(count * ($0 + 1) / parts)]) }
    }
}
