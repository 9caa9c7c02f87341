import Bisection
public import Hardening

/// What a campaign found.
public struct Outcome: Sendable {
    public private(set) var accepted: Profile
    /// What was searched, on top of what was decided before.
    public let problem: SearchProblem
    /// The number of a passing trial of this profile or a stricter one; nil when nothing was
    /// accepted.
    public let passedIn: Int?
    public private(set) var refused: [Refused]
    public let surprises: [String]
    public let before: Exposure
    public private(set) var after: Exposure
    /// The lowest exposure that could still be reached; equal to `after` when nothing is open.
    public private(set) var possible: Exposure
    public let ending: CampaignEnding
    /// Those of the campaign; their numbers are their places, from 1.
    public let trials: [Trial]
    /// How many trials were made for this result, which is also the number of the last: those of
    /// the campaign, and those on the real unit that proved the result or tried to.
    public private(set) var trialCount: Int
    /// How many of them were taken from the record of an earlier run.
    public internal(set) var resumed: Int
    /// What makes the result a suspicious one although it passes.
    public let suspicious: [Suspicious]
    /// What the service does without restriction.
    public let baseline: Baseline
    /// The share of answers that seem wrong, 0 to 1; nil where none was noticed.
    public let wrongAnswers: Double?

    /// Something new that was seen under the result.
    public struct Suspicious: Hashable, Sendable {
        /// The line of the journal with its source, or what a process did.
        public let line: String
        /// The smallest set of restrictions that brings it; empty if it was not found.
        public let restrictions: [String]
        /// The number of a passing trial in which it was seen.
        public let trial: Int
    }

    /// Stages that no trial had, and what none could see, each with its reason.
    public var skipped: [(what: String, because: String)] {
        let statuses = baseline.exitStatusesAtStop.sorted().map(String.init)
        let ending = (
            "what it exits with when stopped",
            "without any restriction it is one of \(statuses.joined(separator: ", "))"
        )
        let whole = trials.first { $0.verdict.isPass } ?? trials.first
        return (whole?.observations ?? []).compactMap { observation in
            switch observation {
            case .skipped(let stage, let why): (stage.rawValue, why)
            case .blind(let what): (what, "this machine does not show it")
            default: nil
            }
        } + (statuses.count > 1 ? [ending] : [])
    }

    /// Whether the service runs as another user in the result.
    public var hasIdentity: Bool { !problem.fixed.restrictions.isEmpty }

    /// A restriction that was refused, with the trial that refused it.
    public struct Refused: Hashable, Sendable {
        public let restriction: String
        /// The minimal set that fails together, itself among them.
        public let conflict: [String]
        /// The trial that shows it, by its number.
        public let trial: Int
        /// One line: what happened in that trial.
        public let because: String
        /// The trials with it could not be judged; nothing failed for certain.
        public let isUnresolved: Bool
    }
}

extension Outcome {
    /// A profile that passed, without a search.
    ///
    /// - Parameters:
    ///   - trials: those that were made with it.
    ///   - refused: by an earlier campaign, whose trials have no number here.
    public init(
        passed profile: Profile, on problem: SearchProblem, trials: [Trial], baseline: Baseline,
        refused: [HardeningRecord.Refused]
    ) {
        let after = problem.subject.exposure(of: profile)
        self.init(
            accepted: profile, problem: problem,
            passedIn: trials.last { $0.verdict.isPass && profile.isAtMost($0.profile) }?.number,
            refused: refused.map {
                Refused(
                    restriction: $0.restriction, conflict: $0.conflict, trial: 0,
                    because: $0.because, isUnresolved: false)
            },
            surprises: [], before: problem.subject.exposure(of: .unrestricted), after: after,
            possible: after,
            ending: .complete, trials: trials, trialCount: trials.count, resumed: 0, suspicious: [],
            baseline: baseline,
            wrongAnswers: nil)
    }

    /// A trial beside the campaign's was made for this result.
    public mutating func count(_ trial: Trial) { count(through: trial.number) }

    /// Trials up to this number were made for this result.
    public mutating func count(through number: Int) { trialCount = max(trialCount, number) }

    /// The same with every exception that was taken back made again, for a service that needs them
    /// where it never ran before; nil where none was taken back.
    ///
    /// - Parameters:
    ///   - trial: the number of the proving that failed.
    ///   - because: what happened in it.
    public func makingExceptions(trial: Int, because: String) -> Outcome? {
        let withdrawn = problem.subject.catalogue.restrictions.filter { restriction in
            if case .withdraw = restriction.change {
                return accepted.restrictions.contains(restriction.id)
            }
            return false
        }.map(\.id)
        if withdrawn.isEmpty { return nil }
        var outcome = self
        outcome.count(through: trial)
        outcome.accept(Profile(recorded: accepted.restrictions.subtracting(withdrawn)))
        outcome.refused += withdrawn.map {
            Refused(
                restriction: $0, conflict: withdrawn, trial: trial,
                because: "the proving: \(because)", isUnresolved: false)
        }
        return outcome
    }

    /// The same with what is left of it after another search, for a service that needed more in
    /// trials of another kind.
    ///
    /// - Parameter number: of a trial of the other search, as it is on record.
    public func narrowed(to found: Outcome, number: (Trial) -> Int) -> Outcome {
        var outcome = self
        outcome.accept(found.accepted)
        outcome.refused += found.refused.map { refused in
            let trial = found.trials[refused.trial - 1]
            return Refused(
                restriction: refused.restriction, conflict: refused.conflict,
                trial: number(trial), because: "the proving: \(refused.because)",
                isUnresolved: refused.isUnresolved)
        }
        return outcome
    }

    private mutating func accept(_ profile: Profile) {
        accepted = profile
        after = problem.subject.exposure(of: profile)
        possible = max(possible, after)
    }
}

/// Why a campaign ended.
public enum CampaignEnding: Hashable, Sendable {
    /// Nothing can be added to what was accepted.
    case complete
    /// The number or the time of trials that the user allowed is used up.
    case limit
    /// The exposure that the user called good enough is reached.
    case goodEnough
    case interrupted
    /// The probe is too unreliable to decide; the rate at which its answers seem wrong.
    case tooFlaky(rate: Double)
}

/// What the user sees while a campaign runs.
public enum CampaignEvent: Sendable {
    /// A trial begins.
    case asking(number: Int, question: String, expectedLeft: Double)
    /// A trial ended; `exposure` is that of the best profile that passed so far.
    case tried(Trial, exposure: Exposure, isFromRecord: Bool)
}
