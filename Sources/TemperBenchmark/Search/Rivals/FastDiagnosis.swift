import Bisection

/// FastDiag (Felfernig and others, 2012): divide and conquer for a preferred minimal diagnosis.
func fastDiagnosis(_ oracle: inout MemorizingOracle) -> ItemSet {
    func diagnose(
        _ delta: [Int], _ candidates: [Int], _ removed: ItemSet, _ oracle: inout MemorizingOracle
    ) -> [Int] {
        if !delta.isEmpty && oracle.passes(without: removed) { return [] }
        if candidates.count == 1 { return candidates }
        let half = candidates.count / 2
        let (first, second) = (Array(candidates[..<half]), Array(candidates[half...]))
        let one = diagnose(first, second, removed.union(ItemSet(first)), &oracle)
        let other = diagnose(one, first, removed.union(ItemSet(one)), &oracle)
        return one + other
    }
    if oracle.passes(without: .empty) { return oracle.space.all }
    let diagnosis = diagnose([], oracle.strictestFirst, .empty, &oracle)
    return oracle.remainder(without: ItemSet(diagnosis))
}
