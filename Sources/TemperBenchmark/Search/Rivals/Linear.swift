import Bisection

/// One item after the other on top of what is accepted, as one does by hand.
func oneByOne(_ oracle: inout MemorizingOracle) -> ItemSet {
    var accepted = ItemSet()
    for item in oracle.space.all {
        let extended = accepted.union([item])
        guard oracle.space.below[item].isSubset(of: extended) else { continue }
        if oracle.passes(extended) { accepted = extended }
    }
    return accepted
}
