/// How there comes to be a user whom the machine does not have.
public enum NewUser: String, Hashable, Codable, Sendable {
    /// While the service runs and no longer (`DynamicUser=`), for one that keeps nothing.
    case dynamic
    /// Once, by a line of sysusers.d(5).
    case system
}

extension Restriction {
    /// Whether it closes what is also lost with root: capabilities, what is others', and being
    /// obeyed by who listens in its places.
    public var isLostWithRoot: Bool {
        let rights: [DirectiveName] = [.capabilityBoundingSet, .privateUsers, .inaccessiblePaths]
        return rights.contains { $0.rawValue == directive }
    }
}

extension Profile {
    /// Who the service is under it, with what that implies; nobody else where it takes no user.
    public func identity(in catalogue: Catalogue) -> Profile {
        Profile(restrictions.filter(Restriction.isBecoming), in: catalogue)
    }

    /// The id of being another user, where that is taken.
    public var becoming: String? { restrictions.first(where: Restriction.isBecoming) }
}
