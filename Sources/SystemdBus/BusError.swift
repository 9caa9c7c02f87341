import Glibc
import Linux

/// Everything that can go wrong between this process and a bus. That a *unit* failed is not an
/// error but a ``JobResult``.
public enum BusError: Error, Hashable, Sendable {
    /// No connection came about; `errno` is the operating system's reason.
    case cannotConnect(BusAddress, errno: Int32)
    /// The other side answered with a D-Bus error of this name.
    case refused(BusCall, name: String, message: String)
    /// No answer in time. What was asked for may still happen.
    case timedOut(BusCall, after: Duration)
    /// The calling task was cancelled. What was asked for may still happen.
    case cancelled(BusCall)
    /// The connection was lost or closed, before or during the call. A ``Bus`` does not
    /// reconnect: make a new one.
    case disconnected(BusCall)
    /// The arguments are not a valid message: an invalid object path or signature, a NUL or one
    /// of Unicode's noncharacters in a string (sd-bus takes neither), array elements that differ
    /// from the array's signature, a closed descriptor.
    case unsendable(BusCall, errno: Int32)
    /// The answer has another shape than the interface promises.
    case unexpectedReply(BusCall, signature: String)
}

extension BusError: CustomStringConvertible {
    /// One line: what failed and why, without ``hint``.
    public var description: String {
        switch self {
        case .cannotConnect(let address, let errno):
            "cannot connect to \(address): \(Errno(code: errno))"
        case .refused(let call, let name, let message):
            "\(call): \(message.isEmpty ? name : "\(message) (\(name))")"
        case .timedOut(let call, let duration):
            "\(call): no answer within \(duration.formattedSeconds)"
        case .cancelled(let call): "\(call): cancelled"
        case .disconnected(let call): "\(call): the bus connection is gone"
        case .unsendable(let call, let errno):
            "\(call): the arguments cannot be sent: \(Errno(code: errno))"
        case .unexpectedReply(let call, let signature):
            "\(call): unexpected reply of type '\(signature)'"
        }
    }

    /// The call that failed; nil where none was made.
    public var call: BusCall? {
        switch self {
        case .cannotConnect: nil
        case .refused(let call, _, _), .timedOut(let call, _), .cancelled(let call),
            .disconnected(let call), .unsendable(let call, _), .unexpectedReply(let call, _):
            call
        }
    }

    /// The D-Bus name of the error, `org.freedesktop.systemd1.NoSuchUnit`, if the other side
    /// sent one.
    public var name: String? {
        if case .refused(_, let name, _) = self { name } else { nil }
    }
}

extension Duration {
    /// `0.25 s`, `25 s`.
    fileprivate var formattedSeconds: String {
        let (seconds, attoseconds) = components
        let milliseconds = attoseconds / 1_000_000_000_000_000
        guard milliseconds != 0 else { return "\(seconds) s" }
        return "\(Double(seconds) + Double(milliseconds) / 1000) s"
    }
}
