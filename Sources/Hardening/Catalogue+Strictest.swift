extension Catalogue {
    /// The restrictions of a profile of which no stricter step of the same directive is in it as
    /// well, in the order of the catalogue: what people are told, and what is counted for them.
    public func strictest(of profile: Profile) -> [Restriction] {
        let taken = restrictions.filter { profile.restrictions.contains($0.id) }
        return taken.filter { restriction in
            !taken.contains { stricter in
                stricter.directive == restriction.directive
                    && stricter.implies.contains(restriction.id)
                    && stricter.change.isOrdered
            }
        }
    }
}
