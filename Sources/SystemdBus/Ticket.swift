import CSystemd
import Linux

/// How a callback of libsystemd finds its way back. Held by the slot it was registered with and
/// released when libsystemd destroys that.
final class Ticket {
    private weak var connection: Connection?
    private let id: Waiters.ID

    private init(_ connection: Connection, _ id: Waiters.ID) {
        self.connection = connection
        self.id = id
    }

    /// `make` registers a callback with the pointer it is given, and yields the slot.
    static func register(
        _ connection: Connection, _ id: Waiters.ID,
        _ make: (inout OpaquePointer?, UnsafeMutableRawPointer) -> Int32
    ) throws(Errno) -> OpaquePointer? {
        let ticket = Unmanaged.passRetained(Ticket(connection, id))
        var slot: OpaquePointer?
        do {
            try check(make(&slot, ticket.toOpaque()))
        } catch {
            ticket.release()
            throw error
        }
        sd_bus_slot_set_destroy_callback(slot) { ticket in
            ticket.map { Unmanaged<Ticket>.fromOpaque($0).release() }
        }
        return slot
    }

    static let onReply: sd_bus_message_handler_t = { message, userdata, _ in
        guard let message, let userdata else { return 0 }
        let ticket = Unmanaged<Ticket>.fromOpaque(userdata).takeUnretainedValue()
        ticket.connection?.received(replyTo: ticket.id, message)
        return 0
    }

    /// Returns zero because other matches want the signal as well.
    static let onSignal: sd_bus_message_handler_t = { message, userdata, _ in
        guard let message, let userdata else { return 0 }
        let ticket = Unmanaged<Ticket>.fromOpaque(userdata).takeUnretainedValue()
        ticket.connection?.received(signalFor: ticket.id, message)
        return 0
    }

    /// Returns one for a call: libsystemd would answer it with an error, and the bus throws out a
    /// monitor that says anything.
    static let onAny: sd_bus_message_handler_t = { message, userdata, _ in
        guard let message, let userdata else { return 0 }
        let ticket = Unmanaged<Ticket>.fromOpaque(userdata).takeUnretainedValue()
        return ticket.connection?.heard(message) == true ? 1 : 0
    }
}

extension BusSignal {
    /// Nil if the arguments cannot be read (no descriptors left, for instance).
    init?(_ message: OpaquePointer) {
        guard let arguments = try? MessageReader.values(of: message) else { return nil }
        func text(_ pointer: UnsafePointer<CChar>?) -> String {
            pointer.map { String(cString: $0) } ?? ""
        }
        self.init(
            sender: text(sd_bus_message_get_sender(message)),
            path: text(sd_bus_message_get_path(message)),
            interface: text(sd_bus_message_get_interface(message)),
            member: text(sd_bus_message_get_member(message)), arguments: arguments)
    }
}
