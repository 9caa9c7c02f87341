extension Bus {
    /// Whether somebody on the bus has this well-known name.
    ///
    /// - Throws: any ``BusError`` but `cannotConnect`.
    public func hasOwner(
        _ name: String, deadline: Duration = defaultDeadline
    ) async throws(BusError) -> Bool {
        try await answer(to: .daemon("NameHasOwner"), [.string(name)], deadline, \.bool)
    }

    /// The well-known names on the bus that have an owner, without the bus's own.
    ///
    /// - Throws: any ``BusError`` but `cannotConnect`.
    public func wellKnownNames(
        deadline: Duration = defaultDeadline
    ) async throws(BusError) -> [String] {
        let call = BusCall.daemon("ListNames")
        return try await answer(to: call, [], deadline, \.strings)
            .filter { !$0.hasPrefix(":") && $0 != call.destination }
    }

    /// The process that owns a name, by its number where the bus runs.
    ///
    /// - Throws: any ``BusError`` but `cannotConnect`; `refused` where nobody owns it.
    public func process(
        owning name: String, deadline: Duration = defaultDeadline
    ) async throws(BusError) -> UInt32 {
        try await answer(
            to: .daemon("GetConnectionUnixProcessID"), [.string(name)], deadline, \.uint32)
    }

    /// The unique name of the connection that owns a name.
    ///
    /// - Throws: any ``BusError`` but `cannotConnect`; `refused` where nobody owns it.
    public func owner(
        of name: String, deadline: Duration = defaultDeadline
    ) async throws(BusError) -> String {
        try await answer(to: .daemon("GetNameOwner"), [.string(name)], deadline, \.string)
    }

    /// The one value of a reply, of the type that it must have.
    private func answer<Value>(
        to call: BusCall, _ arguments: [BusValue], _ deadline: Duration,
        _ read: (BusValue) -> Value?
    ) async throws(BusError) -> Value {
        let reply = try await self.call(call, arguments, deadline: deadline)
        guard let value = reply.first.flatMap(read) else {
            throw .unexpectedReply(call, signature: reply.signature)
        }
        return value
    }
}
