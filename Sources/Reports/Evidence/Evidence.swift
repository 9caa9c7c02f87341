import Hardening
import Trials

/// Something seen in a failing trial that bears on why a restriction was refused.
public struct Evidence: Hashable, Codable, Sendable {
    /// Where it was seen, the strongest first.
    public enum Source: String, Hashable, Codable, Sendable, CaseIterable {
        /// The kernel said so: the call, the path, the capability.
        case kernel
        /// A step of systemd's own preparations failed (exit status 200 to 246).
        case setup
        /// systemd would not load the unit.
        case manager
        /// Its processes had another security label than those of the service as it is.
        case label
        /// A file or a socket of its was for fewer than that of the service as it is.
        case footprint
        /// How a process ended: its signal, core dump or exit status.
        case ending
        /// The service's own words, which it never says without restriction.
        case journal
        case probe
    }

    public enum Certainty: String, Hashable, Codable, Sendable, CaseIterable {
        /// Refused in this trial by a restriction of this kind, in no trial that passed, and the
        /// only such thing; or what others see of the service is what it does.
        case certain
        /// It points at this restriction, beside others or in words only.
        case likely
        /// It was so, and says nothing of the restriction.
        case seen
    }

    public var source: Source
    public var certainty: Certainty
    /// One sentence for people.
    public var text: String
    /// The number of the trial.
    public var trial: Int
    /// What the kernel refused, in parts; only of `kernel`.
    public var request: DeniedRequest?
    /// The groups of system calls that hold the call, the smallest first; only of filters.
    public var groups: [String]?
    /// The path that a set-up step failed at.
    public var path: String?
    /// The set-up step, `226/NAMESPACE`.
    public var step: String?
}

extension Evidence {
    private var rank: (Int, Int) {
        (
            Certainty.allCases.firstIndex(of: certainty) ?? 0,
            Source.allCases.firstIndex(of: source) ?? 0
        )
    }

    /// Strongest first; what is equally strong stays in its order.
    static func strongestFirst(_ evidence: [Evidence]) -> [Evidence] {
        evidence.enumerated().sorted { one, other in
            (one.element.rank.0, one.element.rank.1, one.offset)
                < (other.element.rank.0, other.element.rank.1, other.offset)
        }.map(\.element)
    }
}
