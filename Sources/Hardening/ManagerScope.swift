/// Whose manager runs a service: the machine's own, which is root, or that of a user.
public enum ManagerScope: String, Hashable, Sendable, CaseIterable {
    case system, user
}
