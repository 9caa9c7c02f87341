import Bisection
import Hardening

/// The service as it is: what everything else is compared with.
extension Campaign {
    /// Starts the service once as it is, before any campaign: what it does only once on a machine
    /// (making directories, keys, caches) is then done before anything counts, also when earlier
    /// trials are taken from the record. And it is looked at closely.
    ///
    /// - Throws: `ExperimentError` when it does not pass, twice.
    public static func warmUp(
        _ procedure: TrialProcedure, cadence: ChosenCadence, now: UInt64
    ) async throws(ExperimentError) -> Trial {
        var order = TrialProcedure.Order(
            number: 0, purpose: "warming up", profile: .unrestricted,
            cadence: cadence.beforeBaseline, began: now, baseline: .unknown)
        order.looksClosely = true
        order.secondStart = .wanted
        var trial = try await procedure.runUndisturbed(order)
        // Once more, before anything is said of a service that may have failed by chance.
        if trial.verdict.isFailure { trial = try await procedure.runUndisturbed(order) }
        if trial.lived(.secondStart), case .failed(let why) = trial.verdict {
            // Then nothing can be learned from a second start of a restricted one.
            order.secondStart = .impossible(why: "the service as it is fails in it: \(why)")
            trial = try await procedure.runUndisturbed(order)
        }
        guard trial.verdict.isPass else { throw BaselineFailure.error(trial) }
        return trial
    }

    /// Starts the service as it is, until its ways are known: one that ends otherwise each time is
    /// looked at for longer, and one that fails now and then until it is known how often.
    func establishBaseline(_ state: inout CampaignState) async throws(ExperimentError) {
        var run = 0
        let began = ContinuousClock.now
        var failures: [Trial] = []
        var isNews = false
        while run < max(1, options.baselineRuns) || (isNews && run < Campaign.longestBaseline)
            || (!failures.isEmpty && run < Campaign.unreliableBaseline
                && !isOver(state, since: began))
        {
            run += 1
            let known = state.baseline.exitStatusesAtStop
            let trial = try await trial(
                .unrestricted, "the service as it is, run \(run)", expectedLeft: 0,
                exposure: problem.exposure(.unrestricted), &state, startsAgain: true)
            guard trial.verdict.isPass else {
                failures.append(trial)
                // One that also passes fails by chance; one that never does is broken.
                let mayBeChance = failures.count < run || run < Campaign.mostBroken
                guard trial.verdict.isFailure, mayBeChance else {
                    throw BaselineFailure.error(trial)
                }
                continue
            }
            state.learnBaseline(trial)
            let statuses = state.baseline.exitStatusesAtStop
            isNews = statuses.count > 1 && statuses != known
        }
        if let last = failures.last {
            guard failures.count < run else { throw BaselineFailure.error(last) }
            let rates = FlipRates.baseline(failures: failures.count, of: run)
            if rates.isHopeless { throw BaselineFailure.unreliable(failures.count, of: run, last) }
            state.flipRates = rates
            try recordHeld(&state)
        }
        state.isEstablished = true
    }

    private static let longestBaseline = 6
    /// Of so many runs it is counted how many fail, if one does.
    private static let unreliableBaseline = 10
    /// So many failures without a pass are no chance.
    private static let mostBroken = 3

    /// After many failures in a row: is it the restrictions, or did a trial leave something behind
    /// that no start survives, such as a lock?
    func lookAfterBaseline(_ state: inout CampaignState) async throws(ExperimentError) {
        let failures = state.trials.reversed().prefix { $0.verdict.isFailure }.count
        guard failures > 0, failures % Campaign.doubtfulFailures == 0 else { return }
        let trial = try await decisive(
            .unrestricted, "does the service still work as it is?", &state, startsAgain: false)
        guard trial.verdict.isFailure else { return }
        throw ExperimentError(
            "a trial left something behind: the service that passed without any restriction now "
                + "fails without any: \(trial.because); the last \(failures) trials tell nothing. "
                + "Look at the last trial that passed before them, and leave out with --keep what "
                + "it took")
    }

    /// So many failures in a row are rare.
    private static let doubtfulFailures = 12

    /// A trial of which much depends: where the service fails by chance, until it passes, a few
    /// times at most.
    func decisive(
        _ profile: Profile, _ purpose: String, _ state: inout CampaignState, startsAgain: Bool
    ) async throws(ExperimentError) -> Trial {
        var trial: Trial
        var run = 0
        repeat {
            run += 1
            trial = try await self.trial(
                profile, purpose, expectedLeft: 0, exposure: problem.exposure(.unrestricted),
                &state, startsAgain: startsAgain)
        } while !trial.verdict.isPass && state.flipRates != nil && run < Campaign.mostBroken
        return trial
    }
}

/// The service as it is does not pass: nothing can be learned from restricting it.
public enum BaselineFailure {
    static func error(_ trial: Trial) -> ExperimentError {
        let lines = trial.log.suffix(5).map { "\n    \($0.source): \($0.message)" }.joined()
        return ExperimentError(
            "the service fails without any restriction: \(trial.verdict.words)\(lines)",
            isBaseline: true)
    }

    static func unreliable(_ failures: Int, of runs: Int, _ last: Trial) -> ExperimentError {
        ExperimentError(
            "without any restriction the service fails in \(failures) of \(runs) starts, at last "
                + "with: \(last.verdict.words); no trial could be believed: see to that first",
            isBaseline: true)
    }
}

extension Verdict {
    /// `passed`, or the reason.
    public var words: String {
        switch self {
        case .passed: "passed"
        case .failed(let reason), .unresolved(let reason): reason
        }
    }
}
