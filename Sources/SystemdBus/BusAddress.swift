/// Where a bus listens.
public enum BusAddress: Hashable, Sendable, CustomStringConvertible {
    /// The machine's system bus: `$DBUS_SYSTEM_BUS_ADDRESS`, else the well-known socket.
    case system
    /// The user's bus: `$DBUS_SESSION_BUS_ADDRESS`, else `$XDG_RUNTIME_DIR/bus`.
    case user
    /// An address in the notation of the D-Bus specification: `unix:path=/run/some/socket`.
    case address(String)
    /// The socket at this path of a machine's root directory, connected to as this user, which only
    /// root can: a user's bus lets nobody else in, not even root (measured with dbus-daemon 1.16).
    /// Symbolic links lead nowhere out of that directory; where it is `/proc/PID/root`, who listens
    /// has to be in the pid namespace of that process.
    case socket(String, asUser: UInt32 = 0, root: String = "")

    /// The system bus of the machine whose root directory this is.
    public static func system(ofRoot root: String) -> BusAddress {
        .socket(systemSocket, root: root)
    }

    /// The well-known one.
    public static let systemSocket = "/run/dbus/system_bus_socket"

    public var description: String {
        switch self {
        case .system: "the system bus"
        case .user: "the user bus"
        case .address(let address): address
        case .socket(let path, 0, let root): "\(root)\(path)"
        case .socket(let path, let user, let root): "\(root)\(path) as user \(user)"
        }
    }
}
