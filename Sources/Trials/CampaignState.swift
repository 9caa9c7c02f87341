import Bisection
import Hardening

/// What a campaign wrote down so far.
struct CampaignState {
    var trials: [Trial] = []
    /// The trial numbers of the answers that the search learned, in their order.
    var numbers: [Int] = []
    var resumed = 0
    /// The trial of another identity, where there was one.
    var identity: Trial?
    /// How often a result did not pass when it was repeated.
    var denials = 0
    /// What the service does without restriction; it counts once the baseline is established.
    private(set) var baseline: Baseline
    var isEstablished = false
    /// Trials of the service as it is that are not on record yet, because some of them failed.
    var held: [Trial] = []
    /// How often the probe seems to be wrong, if it failed the service as it is.
    var flipRates: FlipRates?
    /// Whether every trial has a second start, and not only the result's.
    private(set) var startsAgain = false
    /// Trials that still answer for their profile after the search began anew.
    private var earlier: [Profile: [Trial]] = [:]
    private var startLimit: Duration?
    private var stopLimit: Duration?
    var cadence: Cadence
    private let chosen: ChosenCadence
    private var slowestStart = Duration.zero
    private var slowestProbes = Duration.zero
    private var slowestStop = Duration.zero

    init(chosen: ChosenCadence, baseline: Baseline, isStrict: Bool) {
        self.chosen = chosen
        self.baseline = baseline
        self.baseline.isStrict = isStrict
        cadence = chosen.beforeBaseline
    }

    func order(
        number: Int, purpose: String, profile: Profile, startsAgain: Bool, began: UInt64
    ) -> TrialProcedure.Order {
        var order = TrialProcedure.Order(
            number: number, purpose: purpose, profile: profile, cadence: cadence,
            startLimit: isEstablished ? startLimit : nil, began: began,
            baseline: isEstablished ? baseline : .unknown)
        // Not before: the baseline is what the limits are learned from.
        order.stopLimit = isEstablished ? stopLimit : nil
        if startsAgain || self.startsAgain {
            order.secondStart =
                baseline.noSecondStart.map { .impossible(why: $0) } ?? .wanted
        }
        return order
    }

    /// How long a trial may well take.
    var longest: Duration {
        let longest = trials.filter(\.verdict.isPass).map(\.microseconds.whole).max()
        return .microseconds(longest ?? 0)
    }

    mutating func learnBaseline(_ trial: Trial) {
        let timing = trial.microseconds
        slowestStart = max(slowestStart, .microseconds(timing.start))
        slowestProbes = max(slowestProbes, .microseconds(timing.probes + timing.settle))
        baseline.learn(trial)
        // A sandbox takes time to set up (0.15 s on systemd 262), a loaded machine much more.
        startLimit = max(.seconds(3), slowestStart * 10)
        slowestStop = max(slowestStop, .microseconds(timing.stop))
        // Where the endings vary the time does, too.
        let least: Duration = baseline.exitStatusesAtStop.count > 1 ? .seconds(15) : .seconds(3)
        stopLimit = max(least, slowestStop * 10)
        cadence = .learned(
            untilHealthy: slowestStart + slowestProbes, slowestCheck: slowestProbes,
            chosen: chosen)
    }

    /// A trial that was repeated and then passed: how it ended is not a matter of its profile.
    mutating func learnEndings(of trial: Trial) { baseline.learnEndings(of: trial) }

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
    mutating func earlierTrial(under profile: Profile) -> Trial? {
        guard var left = earlier[profile], !left.isEmpty else { return nil }
        let trial = left.removeFirst()
        earlier[profile] = left
        return trial
    }
}

extension Trial {
    /// Whether it came to this stage.
    func lived(_ stage: Stage) -> Bool {
        observations.contains { if case .job(stage, _) = $0 { true } else { false } }
    }

    /// Whether a recorded trial has all that is asked for now.
    func answers(_ order: TrialProcedure.Order) -> Bool {
        order.secondStart != .wanted || !verdict.isPass || lived(.secondStop)
    }
}
