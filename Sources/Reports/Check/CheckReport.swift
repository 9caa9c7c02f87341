public import Hardening
public import Trials

/// What `temper check --format json` prints, and what every other form of it is made from.
///
/// The schema is stable: keys are never renamed or removed under the same `schema`; keys may be
/// added.
public struct CheckReport: Hashable, Codable, Sendable {
    /// `temper.check/1`
    public var schema = "temper.check/1"
    public var units: [UnitCheck]

    public init(_ units: [UnitCheck]) { self.units = units }

    /// 1 when a unit regressed, else 2 when one could not be checked or what was offered not be
    /// installed, else 0.
    public var exitStatus: Int32 {
        let statuses = units.map(\.exitStatus)
        return statuses.contains(1) ? 1 : statuses.max() ?? 0
    }
}

/// What a check of one unit came to.
public struct UnitCheck: Hashable, Codable, Sendable {
    public enum Conclusion: String, Hashable, Codable, Sendable {
        case passed
        /// The service works as it is, and not under the profile on record.
        case regressed
        /// The service fails without any restriction: hardening is not to blame.
        case broken
        /// Nothing changed since the record was made, so nothing was tried (`--if-changed`).
        case unchanged
        /// The experiment itself could not be made.
        case untested
    }

    public var unit: String
    public var standing: Conclusion
    /// Why it is not `passed`, in one line; nil for `passed`.
    public var because: String?
    /// The versions of systemd, then and now; empty where that was not asked.
    public var systemd = Versions(recorded: "", now: "")
    /// What is not as it was when the record was made.
    public var changes: [UpgradeChange] = []
    /// How many restrictions are on record, weaker steps included.
    public var profile = 0
    /// How many of them are the strictest step of their ladder, as a result counts what was taken;
    /// absent in older checks.
    public var taken: Int?
    /// Trials until it was known whether the profile passes: one where it does.
    public var trials = 0
    /// Further trials: the baseline, the bisection, the look for what could be tightened.
    public var furtherTrials = 0
    /// Of those, the ones that bisected.
    public var bisecting = 0
    public var seconds = 0.0
    /// What breaks it now: minimal sets, each with its trial.
    public var culprits: [Culprit] = []
    /// The strictest profile that passes now, where it is another than the one on record.
    public var offer: Offered?
    /// Refused or unknown when the record was made, and passing now.
    public var tightenings: [Tightening] = []
    /// What the user should know of although the profile passes.
    public var notes: [Note] = []
    /// Where the offer was installed; absent without `--apply`.
    public var applied: HardeningResult.Applied?
    /// Why it was not installed although it was to be; all is then as it was.
    public var notApplied: String?

    /// 1 for a regression, unless what passes instead was installed; 2 for what could not be
    /// checked, or not be installed; else 0.
    public var exitStatus: Int32 {
        switch standing {
        case .regressed: applied == nil ? 1 : 0
        case .broken, .untested: 2
        case .passed, .unchanged: notApplied == nil ? 0 : 2
        }
    }

    public init(unit: String, standing: Conclusion, because: String? = nil) {
        self.unit = unit
        self.standing = standing
        self.because = because
    }

    public struct Versions: Hashable, Codable, Sendable {
        public var recorded: String
        public var now: String
    }

    public struct Culprit: Hashable, Codable, Sendable {
        /// They fail together, and not without any one of them.
        public var restrictions: [String]
        /// The number of the trial that shows it.
        public var trial: Int
        public var because: String
        /// What the kernel refused in that trial.
        public var evidence: [String]
    }

    public struct Offered: Hashable, Codable, Sendable {
        public var exposure: HardeningResult.ExposureChange
        /// The strictest step of each ladder.
        public var accepted: [String]
        public var dropIn: String
        /// Commands to be run once before the drop-in is installed.
        public var preparations: [String]
        /// Whether it passed as a drop-in on the real unit in a lab, too.
        public var verified: Bool
    }

    public struct Tightening: Hashable, Codable, Sendable {
        public var restriction: String
        /// Why it was refused then; nil for what could not be tried then.
        public var refusedBefore: String?
        public var trial: Int

        public init(restriction: String, refusedBefore: String?, trial: Int) {
            self.restriction = restriction
            self.refusedBefore = refusedBefore
            self.trial = trial
        }
    }

    public struct Note: Hashable, Codable, Sendable {
        public enum Kind: String, Hashable, Codable, Sendable {
            /// On record and accepted here without being in force.
            case ignored
            /// On record and not known to this systemd, or without effect on this machine.
            case gone
            /// Means something else to this systemd than to the one of the record.
            case meaning
            /// New in this systemd and never tried.
            case new
            /// The drop-in on record loosens or contradicts what the unit itself sets now.
            case loosens
            case warning
        }

        public var kind: Kind
        public var text: String

        public init(_ kind: Kind, _ text: String) {
            self.kind = kind
            self.text = text
        }
    }
}

extension UnitCheck {
    /// Counts what is on record.
    public mutating func count(_ recorded: Profile, in catalogue: Catalogue) {
        profile = recorded.restrictions.count
        taken = HardeningResult.tops(recorded, catalogue).count
    }
}

extension UnitCheck.Culprit {
    /// The conflicts of an outcome, each once.
    public static func all(of outcome: Outcome) -> [UnitCheck.Culprit] {
        var seen: Set<Set<String>> = []
        return outcome.refused.compactMap { refused in
            guard seen.insert(Set(refused.conflict)).inserted else { return nil }
            let trial = outcome.trials.first { $0.number == refused.trial }
            return UnitCheck.Culprit(
                restrictions: refused.conflict, trial: refused.trial, because: refused.because,
                evidence: Array(
                    (trial?.refusals ?? []).filter(\.isOfService).suffix(3).map(\.text)))
        }
    }
}

extension UnitCheck.Offered {
    public init(_ outcome: Outcome, dropIn: String, preparations: [String], verified: Bool) {
        self.init(
            exposure: .init(
                before: outcome.before.points, after: outcome.after.points,
                possible: outcome.possible.points),
            accepted: HardeningResult.tops(outcome.accepted, outcome.problem.subject.catalogue),
            dropIn: dropIn, preparations: preparations, verified: verified)
    }
}
