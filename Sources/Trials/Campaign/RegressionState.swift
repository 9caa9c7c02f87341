import Bisection
import Hardening

/// What became of a profile that passed once.
public enum Regression: Sendable {
    /// It fails, and these of its restrictions are why.
    case broken(Outcome)
    /// It passes after all; why it first seemed to fail.
    case passed(Trial, because: String)
}

extension Outcome {
    /// How many trials it took from the failure that was seen again to the result that passed,
    /// without those that tried the result once more.
    public var bisecting: Int {
        trials.drop { $0.purpose != .failsAgain }.dropFirst()
            .count { $0.purpose != .confirmation }
    }
}

/// From yesterday's answer to today's: a campaign over the restrictions of one profile that failed,
/// once it is known that the service passes as it is and that the profile fails again.
struct RegressionState: TrialSeries {
    private(set) var campaign: CampaignState
    private let failed: Trial
    /// The same, measured by what the service does now.
    private var judged: Trial?
    /// The profile, tried again.
    private var again: [Trial] = []
    private var isExplaining = false

    init(_ campaign: CampaignState, from failed: Trial, isCertain: Bool) {
        let failed = failed.numbered(1)
        var campaign = campaign
        // What shows only in a second life is looked for in two.
        if failed.lived(.secondStart) { campaign.alwaysStartAgain() }
        campaign.trials = [failed]
        campaign.haltsAfterBaseline = true
        self.campaign = campaign
        self.failed = failed
        if isCertain { again = [failed] }
    }

    mutating func next(at now: ContinuousClock.Instant) -> TrialAction<Regression> {
        if !isExplaining, case .halted = campaign.phase, campaign.queue.isEmpty,
            let action = establish()
        {
            return action
        }
        return campaign.next(at: now).map(conclusion)
    }

    mutating func learn(_ trial: Trial) {
        if case .halted = campaign.phase {
            again.append(trial)
            campaign.trials.append(trial)
        } else {
            campaign.learn(trial)
        }
    }

    var upcoming: [TrialSpec] { campaign.upcoming }

    mutating func end(by error: ExperimentError) -> Regression? {
        campaign.end(by: error).map(conclusion)
    }

    /// Is it a failure, and does it come again? nil where it does.
    private mutating func establish() -> TrialAction<Regression>? {
        // A new version may end otherwise, or have other processes, without any restriction too.
        let judged = failed.judged(by: campaign.expectations.baseline)
        self.judged = judged
        if judged.verdict.isPass {
            return .conclude(
                .passed(judged, because: "the service as it is does the same now"))
        }
        let purposes: [TrialPurpose] = [.failsAgain, .passesAgain]
        let hasFailed = again.contains { !$0.verdict.isPass }
        if !hasFailed, again.count < purposes.count {
            let spec = TrialSpec(failed.profile, purposes[again.count], startsAgain: true)
            return campaign.run(spec).map(conclusion)
        }
        if let last = again.last, last.verdict.isPass {
            return .conclude(
                .passed(
                    last, because: "it failed once and then passed twice: \(judged.because)"))
        }
        isExplaining = true
        campaign.goOn(knowing: again)
        return nil
    }

    private func conclusion(_ outcome: Outcome) -> Regression {
        if outcome.accepted == failed.profile, let passed = outcome.passedIn {
            return .passed(
                campaign.trials[passed - 1],
                because: "it failed twice and then passed: \((judged ?? failed).because)")
        }
        return .broken(outcome)
    }
}
