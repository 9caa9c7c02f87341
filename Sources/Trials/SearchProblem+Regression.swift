public import Bisection
public import Hardening

extension SearchProblem {
    /// What there is to search when a profile that passed once does not any more: its own
    /// restrictions, one of them as likely to be to blame as the other. One or two are, as a rule.
    ///
    /// - Parameters:
    ///   - subject: the unit as it is now.
    ///   - fixed: what of the profile was decided before everything else and still holds.
    public init(
        regressing profile: Profile, of subject: HardeningSubject,
        enforcement: Enforcement = .unmeasured, fixed: Profile = .unrestricted
    ) throws(SearchSpace.Flaw) {
        let searched = profile.restrictions.subtracting(fixed.restrictions)
        let contained = searched.reduce(into: searched) { all, id in
            all.formUnion(subject.catalogue[id]?.implies ?? [])
        }
        try self.init(
            subject,
            offer: Offer(
                of: subject.under(fixed), enforcement: enforcement,
                keep: Set(subject.catalogue.restrictions.map(\.id)).subtracting(contained),
                attempt: contained, unmet: []),
            fixed: fixed, chance: 0.5 / Double(max(searched.count, 2)))
    }
}
