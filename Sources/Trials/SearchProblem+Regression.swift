public import Bisection
public import Hardening

extension SearchProblem {
    /// What there is to search when a profile that passed once does not any more: its own
    /// restrictions, one of them as likely to be to blame as the other. One or two are, as a rule.
    ///
    /// - Parameters:
    ///   - sandbox: the unit's own, as it is now.
    ///   - fixed: what of the profile was decided before everything else and still holds.
    public init(
        regressing profile: Profile, catalogue: Catalogue, on sandbox: Sandbox, dialect: Dialect,
        enforcement: Enforcement = .unmeasured, fixed: Profile = .unrestricted
    ) throws(SearchSpace.Flaw) {
        let searched = profile.restrictions.subtracting(fixed.restrictions)
        let contained = searched.reduce(into: searched) { all, id in
            all.formUnion(catalogue[id]?.implies ?? [])
        }
        let start = sandbox.tightened(by: fixed, in: catalogue, dialect: dialect)
        try self.init(
            catalogue: catalogue, sandbox: sandbox, dialect: dialect,
            offer: Offer(
                catalogue: catalogue, sandbox: start, dialect: dialect, enforcement: enforcement,
                keep: Set(catalogue.restrictions.map(\.id)).subtracting(contained),
                attempt: contained, isLocalOnly: true),
            fixed: fixed, chance: 0.5 / Double(max(searched.count, 2)))
    }
}
