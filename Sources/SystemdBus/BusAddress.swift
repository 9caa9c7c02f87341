/// Where a bus listens.
public enum BusAddress: Hashable, Sendable, CustomStringConvertible {
    /// The machine's system bus: `$DBUS_SYSTEM_BUS_ADDRESS`, else the well-known socket.
    case system
    /// The user's bus: `$DBUS_SESSION_BUS_ADDRESS`, else `$XDG_RUNTIME_DIR/bus`.
    case user
    /// An address in the notation of the D-Bus specification: `unix:path=/run/some/socket`.
    case address(String)
    /// The socket at this path, connected to as this user, which only root can: a user's bus lets
    /// nobody else in, not even root (measured with dbus-daemon 1.16).
    case socket(String, asUser: UInt32)

    /// The system bus as the process `pid` would find it: that of the container it lives in.
    public static func system(ofProcess pid: Int32) -> BusAddress {
        .address("unix:path=/proc/\(pid)/root/run/dbus/system_bus_socket")
    }

    public var description: String {
        switch self {
        case .system: "the system bus"
        case .user: "the user bus"
        case .address(let address): address
        case .socket(let path, let user): "\(path) as user \(user)"
        }
    }
}
