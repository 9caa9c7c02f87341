/// What a service was seen to do on the system bus.
public enum BusUse: Hashable, Codable, Sendable {
    /// It called a method, such as `Manager.CreateSession`, of whoever has this name; see
    /// `BusUse.method`.
    case calls(String, of: String)
    /// It asked for a name, under which others call it.
    case owns(String)
    /// It asked to hear the signals of whoever has this name.
    case hears(String)

    /// A method as people read it: without the part of its interface that says again whose it is,
    /// and with all of it where that says something else.
    public static func method(_ member: String, of interface: String, at name: String) -> String {
        if interface.isEmpty { return member }
        let own = name + "."
        return (interface.hasPrefix(own) ? String(interface.dropFirst(own.count)) : interface)
            + ".\(member)"
    }
}
