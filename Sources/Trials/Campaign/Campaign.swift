import Bisection
import Hardening

/// The trials of one `harden`, or of one `check` that failed: a ``CampaignState`` decides, a
/// ``TrialRunner`` carries out, and every trial is in the ledger before anything is learned from it.
public struct Campaign: Sendable {
    public let problem: SearchProblem
    /// Trials are made here.
    public var places: TrialPlaces
    public let ledger: any Ledger
    public let options: CampaignOptions
    /// Microseconds since 1970.
    private let now: @Sendable () -> UInt64
    /// What the service was seen to use.
    private let observedUsage: ObservedUsage
    /// What it was seen to do before the campaign.
    private let baseline: Baseline
    private let report: @Sendable (CampaignEvent) -> Void
    /// Whom the service could be instead of root.
    public var identity: Identity?
    /// Trials of the real unit where it never ran before; nil where there can be none.
    public var firstStarts: TrialRunner.FirstStarts?
    /// Told what it will probably come to, before that is tried once more.
    public var foresee: @Sendable (Outcome) -> Void = { _ in }

    public init(
        problem: SearchProblem, places: TrialPlaces, ledger: any Ledger,
        options: CampaignOptions,
        observedUsage: ObservedUsage, baseline: Baseline = .unknown,
        now: @escaping @Sendable () -> UInt64,
        report: @escaping @Sendable (CampaignEvent) -> Void
    ) {
        self.problem = problem
        self.places = places
        self.ledger = ledger
        self.options = options
        self.observedUsage = observedUsage
        self.baseline = baseline
        self.now = now
        self.report = report
    }

    /// - Throws: `ExperimentError` when the experiment cannot go on, among them a baseline that
    ///   fails. Being interrupted after the baseline is an outcome.
    public func run() async throws(ExperimentError) -> Outcome {
        var state = freshState
        var runner = runner(for: state)
        var outcome = try await runner.carryOut(&state, foreseeing: foresee)
        outcome.resumed = runner.resumed
        return outcome
    }

    /// Bisects from yesterday's answer: from a profile that passed once and failed in `failed`, to
    /// the restrictions that break the service now and the strictest rest that passes.
    ///
    /// The problem holds that profile and nothing else. The service as it is must pass first.
    ///
    /// - Parameter isCertain: whether it is known to be no accident; else it has to fail again.
    /// - Throws: `ExperimentError`, of the kind `baseline` where the service itself is broken.
    public func regress(
        from failed: Trial, isCertain: Bool = false
    ) async throws(ExperimentError) -> Regression {
        var state = RegressionState(freshState, from: failed, isCertain: isCertain)
        var runner = runner(for: state.campaign)
        return try await runner.carryOut(&state)
    }

    private var freshState: CampaignState {
        CampaignState(
            problem: problem, options: options, observedUsage: observedUsage, baseline: baseline,
            identity: provable)
    }

    private var provable: Identity? {
        var identity = identity
        identity?.isProvedFirst = firstStarts != nil
        return identity
    }

    private func runner(for state: CampaignState) -> TrialRunner {
        TrialRunner(
            in: places, firstStarts: firstStarts, expecting: state.expectations, ledger: ledger,
            after: state.trials,
            now: now, report: report)
    }
}

extension Campaign {
    /// Starts the service once as it is, before any campaign: what it does only once on a machine
    /// (making directories, keys, caches) is then done before anything counts, also when earlier
    /// trials are taken from the record. And it is looked at closely.
    ///
    /// - Throws: `ExperimentError` when it does not pass, twice.
    public static func warmUp(
        _ procedure: TrialProcedure, cadence: ChosenCadence, now: UInt64
    ) async throws(ExperimentError) -> Trial {
        var expectations = Expectations(chosen: cadence)
        var runner = TrialRunner(procedure, expecting: expectations, now: { now })
        let spec = TrialSpec(.unrestricted, .warmUp, startsAgain: true, looksClosely: true)
        var trial = try await runner.runAside(spec)
        // Once more, before anything is said of a service that may have failed by chance.
        if trial.verdict.isFailure {
            let first = trial
            trial = try await runner.runAside(spec)
            if let probe = trial.probeUsedUp(since: first) {
                throw BaselineFailure.usedUp(probe, trial)
            }
        }
        for stage in [Stage.reload, .secondStart] {
            guard case .failed(let why) = trial.verdict, trial.failed(in: stage) else { continue }
            expectations.giveUp(stage, because: why)
            try runner.expect(expectations)
            trial = try await runner.runAside(spec)
        }
        guard trial.verdict.isPass else { throw BaselineFailure.error(trial) }
        return trial
    }
}
