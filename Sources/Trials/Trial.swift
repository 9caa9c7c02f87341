public import Hardening

/// One start of a copy under one profile, with everything observed.
public struct Trial: Hashable, Codable, Sendable {
    /// Counted from 1 within a campaign.
    public let number: Int
    /// What it was for.
    public let purpose: TrialPurpose
    public let profile: Profile
    /// When it began, in microseconds since 1970.
    public let began: UInt64
    public let microseconds: Timing
    public let observations: [Observation]
    public let verdict: Verdict

    /// Where the time of a trial went, in microseconds.
    public struct Timing: Hashable, Codable, Sendable {
        public var start: UInt64 = 0
        public var probes: UInt64 = 0
        public var reload: UInt64 = 0
        /// Waiting on purpose: between checks, and to see whether the service stays.
        public var settle: UInt64 = 0
        public var stop: UInt64 = 0
        /// Seeing who is there once it has settled.
        public var processCount: UInt64?
        /// The second life, from its start to its stop; nil where there was none.
        public var secondLife: UInt64?
        public var whole: UInt64 = 0

        private enum CodingKeys: String, CodingKey {
            case start, probes, reload, settle, stop, secondLife, whole
            case processCount = "muster"
        }

        public init() {}

        /// What Temper itself took: everything that was not the service's or asked for.
        public var overhead: UInt64 {
            let known = start + probes + reload + settle + stop
            return whole - min(whole, known + (processCount ?? 0) + (secondLife ?? 0))
        }
    }

    public init(
        number: Int, purpose: TrialPurpose, profile: Profile, began: UInt64, microseconds: Timing,
        observations: [Observation], baseline: Baseline
    ) {
        self.init(
            number: number, purpose: purpose, profile: profile, began: began,
            microseconds: microseconds, observations: observations,
            verdict: Verdict(of: observations, baseline: baseline))
    }

    private init(
        number: Int, purpose: TrialPurpose, profile: Profile, began: UInt64, microseconds: Timing,
        observations: [Observation], verdict: Verdict
    ) {
        self.number = number
        self.purpose = purpose
        self.profile = profile
        self.began = began
        self.microseconds = microseconds
        self.observations = observations
        self.verdict = verdict
    }

    /// The same trial as the `number`th of its campaign.
    public func numbered(_ number: Int) -> Trial {
        Trial(
            number: number, purpose: purpose, profile: profile, began: began,
            microseconds: microseconds, observations: observations, verdict: verdict)
    }

    /// The same trial, judged by what else is known of the service.
    ///
    /// - Parameter profile: what it was tried under in other words; nil for those that it has.
    public func judged(by baseline: Baseline, under profile: Profile? = nil) -> Trial {
        Trial(
            number: number, purpose: purpose, profile: profile ?? self.profile, began: began,
            microseconds: microseconds, observations: observations, baseline: baseline)
    }

    /// How the service ended when it was stopped; nil if it never came to that.
    public var end: UnitState? {
        for case .unit(.stop, let state) in observations { return state }
        return nil
    }

    /// How it ended each time it was stopped.
    var ends: [UnitState] {
        observations.compactMap { observation in
            if case .unit(let stage, let state) = observation, stage.isEnd { state } else { nil }
        }
    }

    /// Who was there at each look; nil where nobody looked.
    var processSet: ProcessSet? {
        var common: ProcessSet?
        for case .processSet(let seen) in observations { common = common?.meet(seen) ?? seen }
        return common
    }

    public var accesses: Set<ObservedAccess> {
        Set(observations.compactMap { if case .saw(let access) = $0 { access } else { nil } })
    }

    /// What the kernel refused it and grants the unrestricted service, oldest first.
    public var refusals: [KernelRequest] {
        observations.compactMap { if case .refused(let request) = $0 { request } else { nil } }
    }

    /// The lines of its journal.
    public var log: [LogLine] {
        observations.compactMap { if case .log(let line) = $0 { line } else { nil } }
    }

    /// Why it did not pass, in one line: the verdict, and the service's own last words where it
    /// died, because `exit-code` alone helps nobody.
    public var because: String {
        let words = verdict.words
        guard verdict.isFailure, diedByItself, let line = tellingLine else { return words }
        return "\(words): \(line.message)"
    }

    /// Whether the first thing that went wrong is that it failed to start or was found dead.
    private var diedByItself: Bool {
        // Whatever was too much comes first in its verdict, wherever it was seen.
        if observations.contains(where: { if case .excess = $0 { true } else { false } }) {
            return false
        }
        for observation in observations {
            switch observation {
            case .job(let stage, let result) where result != .done:
                return stage == .start && result != .timeout
            case .unit(let stage, let state) where !stage.isEnd && !state.isUp:
                return !state.isReloading
            case .probe(_, _, .unhealthy), .refusedByManager: return false
            default: continue
            }
        }
        return false
    }

    /// The line of the service's own that most likely says what went wrong: the first that
    /// speaks of a failure, else the last.
    var tellingLine: LogLine? {
        let own = log.filter { $0.source != "systemd" && !$0.message.isEmpty }
        let signs = ["fail", "denied", "not permitted", "error", "fatal", "cannot", "unable"]
        return own.first { line in
            let text = line.message.lowercased()
            return signs.contains(where: text.contains)
        } ?? own.last
    }
}

extension Profile: Codable {
    public init(from decoder: any Decoder) throws {
        self.init(recorded: Set(try decoder.singleValueContainer().decode([String].self)))
    }

    /// As a sorted list, so that the same profile is always the same text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(restrictions.sorted())
    }
}
