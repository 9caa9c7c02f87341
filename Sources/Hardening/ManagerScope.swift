/// Whose manager runs a service: the machine's own, which is root, or that of a user, which has no
/// more rights than the user.
public enum ManagerScope: String, Hashable, Codable, Sendable, CaseIterable {
    case system, user

    /// Why this manager accepts `directive` and does nothing, or refuses it; nil where it is applied.
    ///
    /// systemd.exec(5) and systemd.resource-control(5) say which are for the system's manager only;
    /// that the others have no effect was measured with a user's manager of systemd 257.
    public func obstacle(to directive: String) -> String? {
        self == .user ? ManagerScope.beyondUsers[directive] : nil
    }

    private static let beyondUsers: [String: String] = [
        "ProtectProc": "only the system's manager mounts /proc anew",
        "ProcSubset": "only the system's manager mounts /proc anew",
        "RemoveIPC": "only the system's manager removes objects",
        "DynamicUser": "only the system's manager makes users",
        "SupplementaryGroups": "a user cannot leave a group",
        "IPAddressDeny": noPrograms, "SocketBindDeny": noPrograms,
        "RestrictNetworkInterfaces": noPrograms, "RestrictFileSystems": noPrograms,
        "DevicePolicy": noPrograms, "DeviceAllow": noPrograms,
    ]

    private static let noPrograms = "a user may not load the BPF program that enforces it"

    /// What a user's manager can do only inside a user namespace, where it has the rights of root:
    /// mounting, other namespaces, and dropping capabilities (218/CAPABILITIES otherwise). Since
    /// systemd 254 the mounts bring the namespace by themselves; capabilities never do.
    static let inUserNamespace = SetupStep.mounts.union(["CapabilityBoundingSet"])
}

extension Catalogue {
    /// The table as it holds for services of this manager: under a user's, what takes a user
    /// namespace contains `PrivateUsers=yes`.
    public static func standard(under scope: ManagerScope) -> Catalogue {
        scope == .system ? standard : ofUsers
    }

    private static let ofUsers = Catalogue(
        standard.directives.map { directive in
            guard ManagerScope.inUserNamespace.contains(directive.name) else { return directive }
            return Directive(
                directive.name, directive.effect, breaks: directive.breaks,
                manual: directive.manual, introduced: directive.introduced,
                restrictions: directive.restrictions.map {
                    $0.implying($0.implies.union(["PrivateUsers=yes"]))
                })
        })
}
