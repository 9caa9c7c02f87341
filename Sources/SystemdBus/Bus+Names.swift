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
}
