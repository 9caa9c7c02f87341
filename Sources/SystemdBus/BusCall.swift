/// Which method of which object: what an error says was being done.
public struct BusCall: Hashable, Sendable, CustomStringConvertible {
    /// A well-known or unique bus name, `org.freedesktop.systemd1` or `:1.7`.
    public var destination: String
    public var path: String
    public var interface: String
    public var member: String

    public init(destination: String, path: String, interface: String, member: String) {
        self.destination = destination
        self.path = path
        self.interface = interface
        self.member = member
    }

    /// `org.freedesktop.systemd1.Manager.GetUnit on /org/freedesktop/systemd1`
    public var description: String { "\(interface).\(member) on \(path)" }
}

extension BusCall {
    /// A method of the message bus itself.
    static func daemon(_ member: String) -> BusCall {
        BusCall(
            destination: "org.freedesktop.DBus", path: "/org/freedesktop/DBus",
            interface: "org.freedesktop.DBus", member: member)
    }

    /// Has the bus tell all that goes over it to who calls it.
    static let becomeMonitor = BusCall(
        destination: "org.freedesktop.DBus", path: "/org/freedesktop/DBus",
        interface: "org.freedesktop.DBus.Monitoring", member: "BecomeMonitor")

    /// A method of systemd's manager object.
    static func systemd(_ member: String) -> BusCall {
        BusCall(
            destination: "org.freedesktop.systemd1", path: "/org/freedesktop/systemd1",
            interface: "org.freedesktop.systemd1.Manager", member: member)
    }
}
