import Hardening

/// What was seen of a service while nothing restricted it.
public struct Acquaintance: Hashable, Sendable {
    public let sightings: Set<Sighting>
    /// What the kernel refuses it anyway, as patterns.
    public let usualRefusals: Set<KernelRequest>
    public let sandbox: Sandbox

    public init(
        _ sightings: Set<Sighting>, usualRefusals: Set<KernelRequest> = [], sandbox: Sandbox
    ) {
        self.sightings = sightings
        self.usualRefusals = usualRefusals
        self.sandbox = sandbox
    }

    /// From a trial that looked closely.
    public init(_ trial: Trial, sandbox: Sandbox) {
        self.init(
            trial.sightings, usualRefusals: Set(trial.refusals.map(\.pattern)), sandbox: sandbox)
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
