/// How there comes to be a user whom the machine does not have.
public enum NewUser: String, Hashable, Codable, Sendable {
    /// While the service runs and no longer (`DynamicUser=`), for one that keeps nothing.
    case dynamic
    /// Once, by a line of sysusers.d(5).
    case system
}

extension Profile {
    /// Who the service is under it, with what that implies; nobody else where it takes no user.
    public func identity(in catalogue: Catalogue) -> Profile {
        Profile(restrictions.filter(Restriction.isBecoming), in: catalogue)
    }

    /// The id of being another user, where that is taken.
    public var becoming: String? { restrictions.first(where: Restriction.isBecoming) }
}
