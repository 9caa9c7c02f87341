import CSystemd
import Glibc
import Linux

/// One method call that somebody made to somebody on a bus, as a monitor heard it.
public struct HeardCall: Hashable, Sendable {
    /// The caller's unique name, `:1.7`; empty where the bus does not say.
    public var sender: String
    public var caller: Caller
    /// Whom it was made to, by the name that the caller gave.
    public var destination: String
    public var interface: String
    public var member: String
    /// Of calls to the bus itself only: what others say to each other is theirs.
    public var arguments: [BusValue]

    /// Whose connection it is.
    public enum Caller: Hashable, Sendable {
        /// What was made known of its process.
        case process(String)
        /// It was closed, or its process had ended, before it could be asked for.
        case gone
        /// Its process is not of those that the bus can name.
        case stranger
    }
}

/// Hears every method call on a bus, until it is released: `BecomeMonitor` of
/// `org.freedesktop.DBus.Monitoring` (dbus-daemon 1.9.10 and dbus-broker), which only root may call.
/// Who listens this way can ask for nothing any more.
public struct BusMonitor: Sendable {
    private let bus: Bus
    /// In the order in which they were made; ends with the connection.
    public let calls: AsyncStream<HeardCall>

    /// - Parameter identify: says what is to be known of a process, by its number where the bus runs.
    ///   It is asked once for each connection, when that is first heard of, which is when it says
    ///   `Hello`, on the thread of the monitor: many a process is gone a millisecond later.
    /// - Throws: any ``BusError``; `refused` where the bus does not let us.
    public static func listening(
        at address: BusAddress, deadline: Duration = Bus.defaultDeadline,
        identify: @escaping @Sendable (UInt32) -> String? = { _ in nil }
    ) async throws(BusError) -> BusMonitor {
        let bus = try await Bus.connect(to: address, isMonitor: true, deadline: deadline)
        let (stream, continuation) = AsyncStream.makeStream(of: HeardCall.self)
        do throws(BusError) {
            try await bus.hear(at: address, identify) {
                continuation.yield($0)
            } onEnd: {
                continuation.finish()
            }
            _ = try await bus.call(
                .becomeMonitor, [.strings(["type='method_call'"]), .uint32(0)], deadline: deadline)
        } catch {
            await bus.close()
            throw error
        }
        return BusMonitor(bus: bus, calls: stream)
    }

    /// Ends the stream as well. May be called more than once.
    public func close() async { await bus.close() }
}

/// Whose connections they are, asked over another one: a monitor can ask for nothing. Only the
/// monitor's thread touches it.
final class Callers {
    private let bus: OpaquePointer
    private let identify: (UInt32) -> String?
    private var known: [String: HeardCall.Caller] = [:]

    /// A bus that does not answer must not hold up what is heard, in microseconds.
    private static let patience: UInt64 = 1_000_000

    init(at address: BusAddress, _ identify: @escaping (UInt32) -> String?) throws(Errno) {
        var bus: OpaquePointer?
        try address.open(&bus, isMonitor: false)
        guard let bus else { throw Errno(code: ENOMEM) }
        self.bus = bus
        self.identify = identify
        // The greetings are exchanged now: many a caller is gone soon.
        _ = process(of: "org.freedesktop.DBus")
    }

    deinit { sd_bus_flush_close_unref(bus) }

    func caller(_ sender: String) -> HeardCall.Caller {
        if let known = known[sender] { return known }
        let found = process(of: sender)
        known[sender] = found
        return found
    }

    private func process(of sender: String) -> HeardCall.Caller {
        let call = BusCall.daemon("GetConnectionUnixProcessID")
        guard let message = try? Message.call(call, with: [.string(sender)], on: bus) else {
            return .gone
        }
        var (reply, error): (OpaquePointer?, sd_bus_error) = (nil, sd_bus_error())
        defer { sd_bus_error_free(&error) }
        guard sd_bus_call(bus, message.pointer, Callers.patience, &error, &reply) >= 0, let reply
        else {
            let name = error.name.map { String(cString: $0) }
            return name == "org.freedesktop.DBus.Error.UnixProcessIdUnknown" ? .stranger : .gone
        }
        let answer = Message(adopting: reply)
        let process = try? MessageReader.values(of: answer.pointer).first?.uint32
        return process.flatMap { $0 == 0 ? nil : identify($0) }.map(HeardCall.Caller.process)
            ?? (process == 0 ? .stranger : .gone)
    }
}

extension HeardCall {
    /// Nil for what is no method call.
    init?(_ message: OpaquePointer, _ callers: Callers) {
        guard sd_bus_message_is_method_call(message, nil, nil) > 0 else { return nil }
        func text(_ pointer: UnsafePointer<CChar>?) -> String {
            pointer.map { String(cString: $0) } ?? ""
        }
        sender = text(sd_bus_message_get_sender(message))
        caller = callers.caller(sender)
        destination = text(sd_bus_message_get_destination(message))
        interface = text(sd_bus_message_get_interface(message))
        member = text(sd_bus_message_get_member(message))
        // Reading takes the descriptors along, which none of these calls has.
        arguments =
            destination == "org.freedesktop.DBus"
            ? (try? MessageReader.values(of: message)) ?? [] : []
    }
}
