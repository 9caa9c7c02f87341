public import Hardening

extension TrialProcedure {
    /// What a trial is to be.
    public struct Order: Sendable {
        public var number: Int
        public var purpose: String
        public var profile: Profile
        public var cadence: Cadence
        /// How long a start may take; nil for as long as the service's own settings allow.
        public var startLimit: Duration?
        /// How long a stop may take, in the same way: a copy that is deaf to SIGTERM, as the first
        /// process of a private PID namespace is, would cost its whole TimeoutStopSec= each time.
        public var stopLimit: Duration?
        /// Whether to write down what the service uses while it runs.
        public var looksClosely = false
        /// Microseconds since 1970.
        public var began: UInt64
        public var baseline: Baseline
        public var secondStart = SecondStart.none

        public init(
            number: Int, purpose: String, profile: Profile, cadence: Cadence,
            startLimit: Duration? = nil, began: UInt64, baseline: Baseline
        ) {
            self.number = number
            self.purpose = purpose
            self.profile = profile
            self.cadence = cadence
            self.startLimit = startLimit
            self.began = began
            self.baseline = baseline
        }

        /// Whether the copy is started a second time, where it finds what its first life left.
        public enum SecondStart: Hashable, Sendable {
            /// It is not asked for, and nothing is said of it.
            case none
            case wanted
            /// Not even the unrestricted service survives it.
            case impossible(why: String)
        }
    }
}
