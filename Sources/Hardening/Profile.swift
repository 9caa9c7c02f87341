/// How far up each ladder a service stands: a set of restrictions that contains, with each
/// restriction, all that it implies. Profiles form a finite distributive lattice.
public struct Profile: Hashable, Sendable {
    /// The ids of the restrictions taken.
    public let restrictions: Set<String>

    /// The profile that takes these restrictions and all that they imply in `catalogue`.
    public init(_ restrictions: some Sequence<String>, in catalogue: Catalogue) {
        self.restrictions = restrictions.reduce(into: []) { taken, id in
            taken.insert(id)
            if let restriction = catalogue[id] { taken.formUnion(restriction.implies) }
        }
    }

    /// The profile of the service as it is shipped.
    public static let unrestricted = Profile(recorded: [])

    /// The profile with these ids as they were written down, such as in a ledger.
    public init(recorded restrictions: Set<String>) { self.restrictions = restrictions }

    public func join(_ other: Profile) -> Profile {
        Profile(recorded: restrictions.union(other.restrictions))
    }

    public func meet(_ other: Profile) -> Profile {
        Profile(recorded: restrictions.intersection(other.restrictions))
    }

    /// Whether this profile is as strict as `other` or looser.
    public func isAtMost(_ other: Profile) -> Bool {
        restrictions.isSubset(of: other.restrictions)
    }
}
