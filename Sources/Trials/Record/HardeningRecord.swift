public import Hardening

/// What a successful `harden` leaves behind, so that a later version of the service, of systemd or
/// of the kernel can be held against it: what passed, how that was seen, and what it is valid for.
public struct HardeningRecord: Hashable, Sendable {
    /// The version of its text. Older ones are read too.
    public static let schema = 2

    public var unit: String
    public var exposure: (before: Exposure, after: Exposure) {
        get { (before, after) }
        set { (before, after) = newValue }
    }
    private var before: Exposure
    private var after: Exposure
    /// Probes and cadence.
    public var plan: Plan
    /// A complaint in the journal that the service never made before counts as a fault.
    public var isStrict = false
    /// What it was made with was not trusted, so its commands are not either, whoever wrote them
    /// down.
    public var isUntrusted = false
    public var profile: Profile
    /// What a check found to pass besides, and nobody installed.
    public var offered: Set<String> = []
    /// What the profile's restrictions make exceptions for.
    public var usage: Usage
    /// What the service does without restriction; its journal is not on record.
    public var baseline: Baseline
    /// Within what time the unrestricted service was up and healthy, roughly; nil where that is not
    /// on record.
    public var healthyWithin: Duration?
    public var refused: [Refused]
    /// From its line `[Service]` on.
    public var dropIn: String
    public var validity: Validity

    /// A restriction that was refused, and the witness.
    public struct Refused: Hashable, Sendable {
        public var restriction: String
        /// The minimal set that failed together, itself among them.
        public var conflict: [String]
        public var because: String

        public init(restriction: String, conflict: [String], because: String) {
            self.restriction = restriction
            self.conflict = conflict
            self.because = because
        }
    }

    public init(
        unit: String, exposure: (before: Exposure, after: Exposure), plan: Plan, profile: Profile,
        usage: Usage, baseline: Baseline, refused: [Refused], dropIn: String,
        validity: Validity
    ) {
        self.unit = unit
        (before, after) = exposure
        self.plan = plan
        self.profile = profile
        self.usage = usage
        self.baseline = baseline
        self.refused = refused.sorted { $0.restriction < $1.restriction }
        self.dropIn = dropIn.range(ofLine: "[Service]").map { String(dropIn[$0...]) } ?? dropIn
        self.validity = validity
    }

    /// What an outcome proved.
    public init(
        unit: String, outcome: Outcome, plan: Plan, usage: Usage, dropIn: String,
        validity: Validity
    ) {
        self.init(
            unit: unit, exposure: (outcome.before, outcome.after), plan: plan,
            profile: outcome.accepted, usage: usage, baseline: outcome.baseline.withoutJournal,
            refused: outcome.refused.map {
                Refused(restriction: $0.restriction, conflict: $0.conflict, because: $0.because)
            }, dropIn: dropIn, validity: validity)
        let baseline = outcome.trials.filter {
            $0.profile.restrictions.isEmpty && $0.verdict.isPass
        }.map(\.microseconds)
        let slowest = baseline.map { $0.start + $0.probes + $0.settle }.max()
        // To the next power of two of milliseconds, so that it stays the same from run to run.
        healthyWithin = slowest.map { microseconds in
            var limit = 1
            while UInt64(limit) * 1000 < microseconds { limit *= 2 }
            return .milliseconds(limit)
        }
    }

    /// The cadence of a trial by which nothing else is known of the service: another machine, or
    /// another version, may be three times as slow.
    public var cadence: Cadence {
        guard let healthyWithin else { return plan.cadence.beforeBaseline }
        return .learned(
            untilHealthy: healthyWithin * 3, slowestCheck: healthyWithin, chosen: plan.cadence)
    }

    /// How long its start, or its stop, may take in such a trial; nil for as long as it likes.
    public var patience: Duration? { healthyWithin.map { max(.seconds(10), $0 * 30) } }
}

extension String {
    /// Where a line that is exactly this begins.
    func range(ofLine line: String) -> Index? {
        var start = startIndex
        while start < endIndex {
            let end = self[start...].firstIndex(of: "\n") ?? endIndex
            if self[start..<end] == line { return start }
            start = end == endIndex ? endIndex : index(after: end)
        }
        return nil
    }
}
