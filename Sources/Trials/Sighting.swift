import Hardening

/// Something that the unrestricted service was seen to use while it ran: it hints at what it
/// will not survive losing. A hint saves trials and never decides anything.
public enum Sighting: Hashable, Codable, Sendable {
    /// It listens or is bound on a port, over `AF_INET` or `AF_INET6`.
    case listens(family: String, port: UInt16, isLoopback: Bool)
    /// One of its processes has this effective user.
    case user(UInt32)
    /// It has a device node open that a private /dev lacks.
    case device(String)
    /// It has a file open for writing.
    case writes(String)
    /// It has memory that is writable and executable.
    case writableCode
}

/// What the sightings of a service say together.
public struct Acquaintance: Hashable, Sendable {
    public let sightings: Set<Sighting>
    public let sandbox: Sandbox

    public init(_ sightings: Set<Sighting>, sandbox: Sandbox) {
        self.sightings = sightings
        self.sandbox = sandbox
    }

    /// It talks IP, and only with its own machine: then denying all other addresses can be judged
    /// by a probe that comes from loopback. A service that listens on every address would pass
    /// such a probe and be cut off from its clients.
    public var isLocalOnly: Bool {
        let listeners = sightings.compactMap { sighting in
            if case .listens(_, _, let isLoopback) = sighting { isLoopback } else { nil }
        }
        return !listeners.isEmpty && listeners.allSatisfy { $0 }
    }

    /// How much more often a restriction that breaks a service comes with these sightings than one
    /// that does not; by the restriction's id. Estimates, on the cautious side.
    public var likelihoodRatios: [String: Double] {
        var ratios: [String: Double] = [:]
        func say(_ ratio: Double, _ ids: String...) {
            for id in ids { ratios[id, default: 1] *= ratio }
        }
        let families = Set(sightings.compactMap(\.family))
        let usesNetwork = !families.isEmpty
        say(
            usesNetwork ? 60 : 0.2, "PrivateNetwork=yes", "IPAddressDeny=any",
            "SocketBindDeny=any", "RestrictNetworkInterfaces=lo")
        say(families.contains("AF_INET") ? 60 : 0.2, "RestrictAddressFamilies=~AF_INET")
        say(families.contains("AF_INET6") ? 8 : 0.2, "RestrictAddressFamilies=~AF_INET6")
        let isLowPort = sightings.contains { ($0.port ?? .max) < 1024 }
        say(isLowPort ? 40 : 0.2, "CapabilityBoundingSet=~CAP_NET_BIND_SERVICE")
        let users = Set(sightings.compactMap(\.userID))
        say(
            users.count > 1 ? 40 : 0.3, "CapabilityBoundingSet=~CAP_SETUID",
            "CapabilityBoundingSet=~CAP_SETGID", "SystemCallFilter=~@setuid",
            "SystemCallFilter=~@privileged", "PrivateUsers=identity", "PrivateUsers=yes")
        if users.count > 1 && isLowPort { say(10, "PrivateUsers=full") }
        say(
            sightings.contains { $0.isDevice } ? 40 : 0.4, "PrivateDevices=yes",
            "DevicePolicy=closed")
        say(sightings.contains(.writableCode) ? 60 : 0.2, "MemoryDenyWriteExecute=yes")
        if sightings.contains(where: \.isWrite) { say(6, "ProtectSystem=strict") }
        // Readiness is sent over a unix socket.
        if sandbox.word("Type", default: "simple").hasPrefix("notify") {
            say(30, "RestrictAddressFamilies=~AF_UNIX")
        }
        return ratios
    }
}

extension Sighting {
    fileprivate var family: String? {
        if case .listens(let family, _, _) = self { family } else { nil }
    }

    fileprivate var port: UInt16? {
        if case .listens(_, let port, _) = self { port } else { nil }
    }

    fileprivate var userID: UInt32? { if case .user(let id) = self { id } else { nil } }

    fileprivate var isDevice: Bool { if case .device = self { true } else { false } }

    fileprivate var isWrite: Bool { if case .writes = self { true } else { false } }
}
