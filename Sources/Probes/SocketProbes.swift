import CProbes
import Glibc
import Linux
public import Trials

/// Healthy when an HTTP request is answered with a good status and, where asked for, a body that
/// holds a text.
public struct HTTPProbe: Probe {
    public let url: String
    /// Statuses that count as healthy.
    public let statuses: ClosedRange<Int>
    /// A text that the body must hold; nil to take any body.
    public let bodyContains: String?
    private let place: NetworkPlace

    public init(
        url: String, statuses: ClosedRange<Int> = 200...399, bodyContains: String? = nil,
        from place: NetworkPlace
    ) {
        self.url = url
        self.statuses = statuses
        self.bodyContains = bodyContains
        self.place = place
    }

    public var name: String { "GET \(url.withoutPasswords)" }

    public func check(deadline: Duration) async -> CheckOutcome {
        let transfer = Transfer(url: url)
        switch await place.run({ transfer.run(milliseconds: deadline.wholeMilliseconds) }) {
        case .failed(let reason): return .unhealthy(reason)
        case .connected: return .unhealthy("no answer")
        case .response(let status, let body):
            if !statuses.contains(status) { return .unhealthy("HTTP \(status)") }
            if let bodyContains, !body.contains(bodyContains) {
                return .unhealthy("HTTP \(status), but the body lacks “\(bodyContains)”")
            }
            return .healthy
        }
    }
}

/// Healthy when a TCP connection is accepted.
public struct TCPProbe: Probe {
    /// `HOST:PORT`
    public let address: String
    private let place: NetworkPlace

    public init(address: String, from place: NetworkPlace) {
        self.address = address
        self.place = place
    }

    public var name: String { "TCP \(address)" }

    public func check(deadline: Duration) async -> CheckOutcome {
        await connect(Transfer(url: "http://\(address)/", connectOnly: true), place, deadline)
    }
}

/// Healthy when a unix stream socket accepts a connection.
public struct UnixSocketProbe: Probe {
    /// The path as the service's machine has it.
    public let path: String
    private let root: String
    private let place: NetworkPlace

    /// - Parameter root: where the root of the service's machine is seen from here, such as
    ///   `/proc/123/root`; empty for the machine's own.
    public init(path: String, root: String, from place: NetworkPlace) {
        self.path = path
        self.root = root
        self.place = place
    }

    public var name: String { "socket \(path)" }

    public func check(deadline: Duration) async -> CheckOutcome {
        let socket: Int32
        do throws(Errno) {
            socket = try RootedDirectory(root).open(path, RootedDirectory.naming)
        } catch {
            return .unhealthy(error.description)
        }
        defer { close(socket) }
        return await connect(
            Transfer(
                url: "http://localhost/", unixSocket: "/proc/self/fd/\(socket)", connectOnly: true),
            place, deadline)
    }
}

private func connect(
    _ transfer: Transfer, _ place: NetworkPlace, _ deadline: Duration
) async -> CheckOutcome {
    switch await place.run({ transfer.run(milliseconds: deadline.wholeMilliseconds) }) {
    case .connected, .response: .healthy
    case .failed(let reason): .unhealthy(reason)
    }
}

extension Duration {
    var wholeMilliseconds: Int {
        Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000)
    }
}
