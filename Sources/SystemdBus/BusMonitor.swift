import CSystemd
import Glibc
import Linux

/// One method call that somebody made to somebody on a bus, as a monitor heard it.
public struct HeardCall: Hashable, Sendable {
    /// The caller's unique name, `:1.7`; empty where the bus does not say.
    public var sender: String
    /// Whom it was made to, by the name that the caller gave.
    public var destination: String
    public var interface: String
    public var member: String
    /// Of calls to the bus itself only: what others say to each other is theirs.
    public var arguments: [BusValue]
}

/// Hears every method call on a bus, until it is released: `BecomeMonitor` of
/// `org.freedesktop.DBus.Monitoring` (dbus-daemon 1.9.10 and dbus-broker), which only root may call.
/// Who listens this way can ask for nothing any more.
public struct BusMonitor: Sendable {
    private let bus: Bus
    /// In the order in which they were made; ends with the connection.
    public let calls: AsyncStream<HeardCall>

    /// - Throws: any ``BusError``; `refused` where the bus does not let us.
    public static func listening(
        at address: BusAddress, deadline: Duration = Bus.defaultDeadline
    ) async throws(BusError) -> BusMonitor {
        let bus = try await Bus.connect(to: address, isMonitor: true, deadline: deadline)
        let (stream, continuation) = AsyncStream.makeStream(of: HeardCall.self)
        do throws(BusError) {
            try await bus.hear {
                continuation.yield($0)
            } onEnd: {
                continuation.finish()
            }
            _ = try await bus.call(
                BusCall(
                    destination: "org.freedesktop.DBus", path: "/org/freedesktop/DBus",
                    interface: "org.freedesktop.DBus.Monitoring", member: "BecomeMonitor"),
                [.strings(["type='method_call'"]), .uint32(0)], deadline: deadline)
        } catch {
            await bus.close()
            throw error
        }
        return BusMonitor(bus: bus, calls: stream)
    }

    /// Ends the stream as well. May be called more than once.
    public func close() async { await bus.close() }
}

extension HeardCall {
    /// Nil for what is no method call.
    init?(_ message: OpaquePointer) {
        guard sd_bus_message_is_method_call(message, nil, nil) > 0 else { return nil }
        func text(_ pointer: UnsafePointer<CChar>?) -> String {
            pointer.map { String(cString: $0) } ?? ""
        }
        sender = text(sd_bus_message_get_sender(message))
        destination = text(sd_bus_message_get_destination(message))
        interface = text(sd_bus_message_get_interface(message))
        member = text(sd_bus_message_get_member(message))
        // Reading takes the descriptors along, which none of these calls has.
        arguments =
            destination == "org.freedesktop.DBus"
            ? (try? MessageReader.values(of: message)) ?? [] : []
    }
}
