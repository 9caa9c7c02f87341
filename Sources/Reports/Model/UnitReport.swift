import Hardening
public import Trials

/// What was decided about one unit and why: the model of which every form of the report is a
/// picture.
public struct UnitReport: Hashable, Codable, Sendable {
    public var unit: String
    /// The number of the campaign in the ledger, for `--campaign`.
    public var campaign: Int64
    /// When it began, in ISO 8601, UTC.
    public var began: String
    public var result: HardeningResult
    /// The dearest first: what would gain most if the service could do without it.
    public var refusals: [RefusedRestriction]
    /// Every directive of the catalogue, with where it stands.
    public var ladders: [Ladder]
    public var trials: [TrialEntry]
    /// Sources of evidence that this machine did not give.
    public var missing: [MissingSource]
    /// The unit's files, the fragment first; empty in old records.
    public var unitFiles: [String]
}

/// A restriction that the service does not survive.
public struct RefusedRestriction: Hashable, Codable, Sendable {
    public var restriction: String
    public var directive: String
    /// What it would do.
    public var effect: String
    /// The minimal set that fails together; only itself if it fails alone.
    public var conflict: [String]
    /// How much lower the exposure would be with it; nil in old records.
    public var price: Double?
    /// What could be given up for it instead.
    public var instead: [HardeningResult.Choice]
    /// The trial that shows it.
    public var trial: Int
    /// What happened in that trial, in one line.
    public var because: String
    /// Strongest first.
    public var evidence: [Evidence]
    public var advice: [Advice]

    var words: RestrictionWords { RestrictionWords(restriction, because: because) }

    /// The strongest evidence that says something of the restriction itself.
    public var cause: Evidence? { evidence.first { $0.certainty != .seen } }
    public var isAlone: Bool { conflict.count <= 1 }
}

/// One directive and how far it was tightened.
public struct Ladder: Hashable, Codable, Sendable {
    public var directive: String
    public var effect: String
    /// Weakest first.
    public var steps: [Step]

    public struct Step: Hashable, Codable, Sendable {
        public var restriction: String
        public var standing: StepStatus
        /// Why it stands there; empty for what was taken.
        public var because: String
        /// The trial that shows it, where one does.
        public var trial: Int?
    }

}

/// How far a campaign came with one step of a directive.
public enum StepStatus: String, Hashable, Codable, Sendable, CaseIterable {
    case taken, refused
    /// It was in force before.
    case inForce = "in force"
    /// It stands above a refused step, or the campaign ended before it was asked.
    case untried
    case ignored
    /// Left out by choice, or because this systemd or service has no use for it.
    case leftOut = "left out"
}

/// A trial in a list.
public struct TrialEntry: Hashable, Codable, Sendable {
    public var number: Int
    public var purpose: String
    public var verdict: Word
    /// Why it did not pass; empty if it did.
    public var because: String
    /// From the beginning of the campaign.
    public var startMilliseconds: Int
    public var milliseconds: Int
    /// The strictest step of each ladder.
    public var restrictions: [String]
    /// Everything that was seen, in order, one line each.
    public var observations: [String]

    /// A `Verdict` without its reason.
    public enum Word: String, Hashable, Codable, Sendable { case passed, failed, unresolved }
}

/// All units of a report; `temper.report/1` in JSON.
public struct Report: Hashable, Codable, Sendable {
    public var schema = "temper.report/1"
    /// The version of temper that made it.
    public var temper: String
    /// The worst first.
    public var units: [UnitReport]

    public init(temper: String, units: [UnitReport]) {
        self.temper = temper
        self.units = units.sorted { one, other in
            (-one.result.exposure.after, one.unit) < (-other.result.exposure.after, other.unit)
        }
    }
}
