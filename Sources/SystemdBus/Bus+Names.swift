extension Bus {
    /// Whether somebody on the bus has this well-known name.
    ///
    /// - Throws: any ``BusError`` but `cannotConnect`.
    public func hasOwner(
        _ name: String, deadline: Duration = defaultDeadline
    ) async throws(BusError) -> Bool {
        let call = BusCall.daemon("NameHasOwner")
        let reply = try await self.call(call, [.string(name)], deadline: deadline)
        guard let hasOwner = reply.first?.bool else {
            throw .unexpectedReply(call, signature: reply.signature)
        }
        return hasOwner
    }

    /// The well-known names on the bus that have an owner, without the bus's own.
    ///
    /// - Throws: any ``BusError`` but `cannotConnect`.
    public func wellKnownNames(
        deadline: Duration = defaultDeadline
    ) async throws(BusError) -> [String] {
        let call = BusCall.daemon("ListNames")
        let reply = try await self.call(call, deadline: deadline)
        guard let names = reply.first?.strings else {
            throw .unexpectedReply(call, signature: reply.signature)
        }
        return names.filter { !$0.hasPrefix(":") && $0 != call.destination }
    }

    /// The process that owns a name, by its number where the bus runs.
    ///
    /// - Throws: any ``BusError`` but `cannotConnect`; `refused` where nobody owns it.
    public func process(
        owning name: String, deadline: Duration = defaultDeadline
    ) async throws(BusError) -> UInt32 {
        let call = BusCall.daemon("GetConnectionUnixProcessID")
        let reply = try await self.call(call, [.string(name)], deadline: deadline)
        guard let process = reply.first?.uint32 else {
            throw .unexpectedReply(call, signature: reply.signature)
        }
        return process
    }
}
