import Hardening

/// What was seen of a service while nothing restricted it.
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
            if case .listens(_, _, _, let isLoopback) = sighting { isLoopback } else { nil }
        }
        return !listeners.isEmpty && listeners.allSatisfy { $0 }
    }
}
