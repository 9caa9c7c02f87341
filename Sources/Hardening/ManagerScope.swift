/// Whose manager runs a service: the machine's own, which is root, or that of a user, which has no
/// more rights than the user.
public enum ManagerScope: String, Hashable, Codable, Sendable, CaseIterable {
    case system, user

    /// Why this manager accepts `directive` and does nothing, or refuses it; nil where it is applied.
    ///
    /// systemd.exec(5) and systemd.resource-control(5) say which are for the system's manager only;
    /// that the others have no effect was measured with a user's manager of systemd 257.
    public func obstacle(to directive: String) -> String? {
        self == .user ? Catalogue.standard.directive(directive)?.obstacleOfUsers : nil
    }
}

extension Directive {
    fileprivate var obstacleOfUsers: String? {
        userObstacle
            ?? (mechanisms.contains(.program)
                ? "a user may not load the BPF program that enforces it" : nil)
    }
}

extension Catalogue {
    /// The table as it holds for services of this manager: under a user's, what takes a user
    /// namespace contains `PrivateUsers=yes`.
    public static func standard(under scope: ManagerScope) -> Catalogue {
        scope == .system ? standard : ofUsers
    }

    private static let ofUsers = Catalogue(
        standard.directives.map { row in
            guard row.mechanisms.contains(where: \.needsUserNamespace) else { return row }
            return row.mapping { $0.implies.insert(userNamespace) }
        })
}
