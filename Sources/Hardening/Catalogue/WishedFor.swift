/// Something that a service wants, as far as it is known from what is read of it.
public enum WishedFor: Hashable, Sendable {
    /// A device node.
    case device
    /// A unix socket of somebody else's, at this path.
    case socket(String)
    /// A program among data.
    case program
    /// A file of others in a directory for temporary files.
    case sharedTemporary
    /// A place in a home.
    case home
    /// To become another user, and to give files to that one.
    case anotherUser
    /// To have the disk keep what it writes.
    case lasting
    case realtime
    /// Namespaces of these types, as `RestrictNamespaces=` has them.
    case namespaces(Set<String>)

    /// The ids of restrictions, and names of directives, that deny it.
    var needs: Set<String> {
        switch self {
        case .device: ["PrivateDevices", "DevicePolicy"]
        case .socket(let path):
            Set(
                [Catalogue.closing(socket: path), "RestrictAddressFamilies=~AF_UNIX"].compactMap(
                    \.self))
        case .program: ["NoExecPaths"]
        case .sharedTemporary: ["PrivateTmp"]
        case .home: ["ProtectHome=yes"]
        case .anotherUser:
            [
                "User", "PrivateUsers=yes", "CapabilityBoundingSet=~CAP_SETUID",
                "CapabilityBoundingSet=~CAP_SETGID", "CapabilityBoundingSet=~CAP_CHOWN",
                "SystemCallFilter=~@setuid", "SystemCallFilter=~@chown",
            ]
        case .lasting: ["SystemCallFilter=~@sync"]
        case .realtime: ["RestrictRealtime=yes"]
        case .namespaces(let types): Set(types.map { "RestrictNamespaces=~\($0)" })
        }
    }
}
