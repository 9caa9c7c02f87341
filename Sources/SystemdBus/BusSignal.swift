/// One signal as it arrived.
public struct BusSignal: Hashable, Sendable {
    /// The sender's unique name, `:1.7`, even if the match named a well-known one.
    public var sender: String
    public var path: String
    public var interface: String
    public var member: String
    public var arguments: [BusValue]
}

/// Which signals are wanted. What is nil matches everything.
public struct BusMatch: Hashable, Sendable {
    public var sender: String?
    public var path: String?
    public var interface: String?
    public var member: String?

    public init(
        sender: String? = nil, path: String? = nil, interface: String? = nil, member: String? = nil
    ) {
        self.sender = sender
        self.path = path
        self.interface = interface
        self.member = member
    }
}
