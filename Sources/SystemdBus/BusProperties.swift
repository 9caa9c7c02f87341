/// org.freedesktop.DBus.Interface.Properties.
extension Bus {
    /// One property, without the variant it comes in.
    ///
    /// systemd re-loads a unit that was collected when its path is asked: it then reads as
    /// inactive and successful. Hold a unit whose result matters with `AddRef`.
    public func property(
        destination: String, path: String, interface: String, name: String,
        deadline: Duration = defaultDeadline
    ) async throws(BusError) -> BusValue {
        let call = BusCall.properties("Get", of: destination, path)
        let reply = try await self.call(
            call, [.string(interface), .string(name)], deadline: deadline)
        guard reply.count == 1, case .variant(let value) = reply[0] else {
            throw .unexpectedReply(call, signature: reply.signature)
        }
        return value
    }

    /// All properties of one interface, without the variants they come in. An empty interface
    /// asks for those of all.
    public func allProperties(
        destination: String, path: String, interface: String,
        deadline: Duration = defaultDeadline
    ) async throws(BusError) -> [String: BusValue] {
        let call = BusCall.properties("GetAll", of: destination, path)
        let reply = try await self.call(call, [.string(interface)], deadline: deadline)
        guard reply.signature == "a{sv}", let properties = reply[0].dictionary else {
            throw .unexpectedReply(call, signature: reply.signature)
        }
        return properties
    }

    /// Sets one property. systemd's own are set with SetUnitProperties instead.
    public func setProperty(
        destination: String, path: String, interface: String, name: String, to value: BusValue,
        deadline: Duration = defaultDeadline
    ) async throws(BusError) {
        _ = try await call(
            .properties("Set", of: destination, path),
            [.string(interface), .string(name), .variant(value)], deadline: deadline)
    }
}

extension BusCall {
    fileprivate static func properties(
        _ member: String, of destination: String, _ path: String
    ) -> BusCall {
        BusCall(
            destination: destination, path: path, interface: "org.freedesktop.DBus.Properties",
            member: member)
    }
}
