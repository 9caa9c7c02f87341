import Bisection
import Hardening

/// The trials of one campaign: the baseline first, then whatever the search asks, then the result
/// once more, then what was odd about it. It carries questions of a `Search` to whoever makes the
/// trials, and answers back.
public struct CampaignState: TrialSeries {
    let options: CampaignOptions
    let observedUsage: ObservedUsage
    let identity: Identity?
    /// What is searched; with the other identity, once the service works as it.
    var problem: SearchProblem
    /// What trials are paced and measured by.
    var expectations: Expectations
    var trials: [Trial] = []
    var search: Search
    /// What the search asked together and nobody was asked yet.
    var round: [Question] = []
    /// The trial numbers of the answers that the search learned, in their order.
    var numbers: [Int] = []
    /// The trial of another identity, where there was one.
    var identityTrial: Trial?
    /// What is known before the first question: trials of profiles of the problem.
    var known: [Trial] = []
    /// How often a result did not pass when it was repeated.
    var denials = 0
    /// Processes that were missing as often as it takes to believe that restrictions take them away.
    var takenAway: Set<String> = []
    /// How often the probe seems to be wrong, if it failed the service as it is.
    var flipRates: FlipRates?
    var phase: Phase
    /// Whether it stops where the baseline is known, until it is told to go on.
    var haltsAfterBaseline = false
    /// What comes before anything else is decided.
    var queue: [TrialAction<Outcome>] = []
    /// When this part of the campaign began: the limits are those of a part.
    private var began: ContinuousClock.Instant?
    /// Whether every trial has a second start, and not only the result's.
    private(set) var startsAgain = false
    /// Trials that still answer for their profile after the search began anew.
    private var earlier: [Profile: [Trial]] = [:]

    enum Phase {
        case baseline(BaselineRuns)
        /// The baseline is known, and others are to say how it goes on.
        case halted
        case identity(DecisiveTrial)
        case provingIdentity(IdentityProof)
        /// From yesterday's answer to a profile that passes.
        case halving(ProfileHalving)
        /// Between two questions of the search.
        case searching
        case asking(Inquiry, Asker)
        case lookingBack(DecisiveTrial, failures: Int)
        case hunting(SuspicionHunt)
    }

    public init(
        problem: SearchProblem, options: CampaignOptions, observedUsage: ObservedUsage,
        baseline: Baseline = .unknown, identity: Identity? = nil
    ) {
        self.problem = problem
        self.options = options
        self.observedUsage = observedUsage
        self.identity = identity
        var baseline = baseline
        baseline.isStrict = options.isStrict
        baseline.tolerance = options.isStrictest ? .everything : options.tolerance
        expectations = Expectations(chosen: options.cadence, baseline: baseline)
        search = Search(problem.space)
        phase = .baseline(BaselineRuns(least: options.baselineRuns))
    }

    public mutating func next(at now: ContinuousClock.Instant) -> TrialAction<Outcome> {
        while true {
            if !queue.isEmpty { return queue.removeFirst() }
            guard let action = decide(at: now) else { continue }
            guard case .run(let spec, _) = action, let trial = earlierTrial(under: spec.profile)
            else { return action }
            take(trial)
        }
    }

    public mutating func learn(_ trial: Trial) {
        trials.append(trial)
        take(trial)
    }

    public var upcoming: [TrialSpec] {
        let specs: [TrialSpec] =
            switch phase {
            case .baseline(let runs): runs.upcoming
            case .asking(_, .search): round.map { spec(of: $0, for: .search) } + likelyConfirmations
            case .asking(let inquiry, .confirmation(let left)):
                Array(repeating: inquiry.spec, count: left - 1)
            default: []
            }
        return specs.map(whole)
    }

    /// Being interrupted, or losing the place, is an outcome with what was found by then.
    public mutating func end(by error: ExperimentError) -> Outcome? {
        if !isSearching || !(error.isInterruption || error.isPlaceLost) { return nil }
        return outcome(error.isInterruption ? .interrupted : .limit, [])
    }

    private var isSearching: Bool {
        switch phase {
        case .baseline, .halted, .identity, .provingIdentity: false
        default: true
        }
    }

    /// What the phase wants; nil where it gave way to another.
    private mutating func decide(
        at now: ContinuousClock.Instant
    ) -> TrialAction<Outcome>? {
        began = began ?? now
        switch phase {
        case .baseline(let runs): return continueBaseline(runs, at: now)
        case .halted: return .expect(expectations)
        case .identity(let trial), .lookingBack(let trial, _): return run(trial.spec)
        case .provingIdentity(let proof): return identity.map { prove(proof, of: $0) }
        case .halving(let halving): return halve(halving, at: now)
        case .searching: return search(at: now)
        case .asking(let inquiry, _):
            return run(
                inquiry.spec, best: problem.profile(search.best),
                left: search.expectedQuestionsLeft)
        case .hunting(let hunt): return pursue(hunt, at: now)
        }
    }

    private mutating func take(_ trial: Trial) {
        switch phase {
        case .baseline(let runs): learnBaseline(trial, runs)
        case .identity(let awaited): learnIdentity(trial, awaited)
        case .provingIdentity(let proof): learnProof(trial, proof)
        case .asking(let inquiry, let asker): learnAnswer(trial, inquiry, asker)
        case .lookingBack(let awaited, let failures): lookBack(trial, awaited, failures)
        case .hunting(let hunt): learnCause(trial, hunt)
        // Nobody asked.
        case .halted, .halving, .searching: break
        }
    }

    /// With a second start, where every trial has one.
    private func whole(_ spec: TrialSpec) -> TrialSpec {
        var spec = spec
        if startsAgain { spec.startsAgain = true }
        return spec
    }

    /// - Parameter best: of what passed so far.
    func run(
        _ spec: TrialSpec, best: Profile = .unrestricted, left: Double = 0
    ) -> TrialAction<Outcome> {
        .run(
            whole(spec),
            Prospect(
                expectedLeft: left, exposure: problem.subject.exposure(of: best),
                ifPassed: problem.subject.exposure(of: spec.profile)))
    }
}

// MARK: - Limits

extension CampaignState {
    /// The limits are counted from now on.
    mutating func beginPart() { began = nil }

    /// Whether the user wants no more trials.
    func isOver(at now: ContinuousClock.Instant) -> Bool {
        if let most = options.maxTrials, trials.count >= most { return true }
        if let most = options.maxTime, let began, now - began >= most { return true }
        if let end = options.mustEnd, now + longest >= end { return true }
        return false
    }

    /// How long a trial may well take.
    private var longest: Duration {
        let longest = trials.filter(\.verdict.isPass).map(\.microseconds.whole).max()
        return .microseconds(longest ?? 0)
    }
}

// MARK: - Beginning anew

extension CampaignState {
    /// Every trial has a second start from now on.
    mutating func alwaysStartAgain() { startsAgain = true }

    /// The result failed at its second start. The trials that led to it had one start each, so
    /// the search begins anew with two: what failed still counts, what passed does not.
    ///
    /// - Returns: whether that is any use.
    mutating func startAnew() -> Bool {
        if startsAgain { return false }
        startsAgain = true
        numbers = []
        for trial in trials where !trial.profile.restrictions.isEmpty {
            if trial.verdict.isFailure || (trial.verdict.isPass && trial.lived(.secondStop)) {
                earlier[trial.profile, default: []].append(trial)
            }
        }
        return true
    }

    /// A trial from before the search began anew that answers the same; each is given once.
    private mutating func earlierTrial(under profile: Profile) -> Trial? {
        guard var left = earlier[profile], !left.isEmpty else { return nil }
        let trial = left.removeFirst()
        earlier[profile] = left
        return trial
    }
}

/// A trial of which much depends: where the service fails by chance, it is made until it passes, a
/// few times at most.
struct DecisiveTrial {
    let spec: TrialSpec
    private var runs = 0

    init(_ spec: TrialSpec) { self.spec = spec }

    /// Whether this answer stands.
    mutating func isSettled(by trial: Trial, failsByChance: Bool) -> Bool {
        runs += 1
        return trial.verdict.isPass || !failsByChance || runs >= BaselineRuns.mostBroken
    }
}

extension Trial {
    /// Whether it went wrong after it came to this stage and before it came to the next part of
    /// its life.
    func failed(in stage: Stage) -> Bool {
        let isSecondLife = lived(.secondStart)
        return stage == .secondStart ? isSecondLife : lived(stage) && !isSecondLife
    }

    /// Whether it came to this stage.
    func lived(_ stage: Stage) -> Bool {
        observations.contains { if case .job(stage, _) = $0 { true } else { false } }
    }
}
