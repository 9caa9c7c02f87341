import Hardening

/// What is expected of a trial: how long it takes, and what the service does anyway.
public struct Expectations: Sendable {
    /// What the service does without restriction, as far as it is known.
    public private(set) var baseline: Baseline
    public private(set) var pacing: Pacing
    /// Whether what is not in the baseline is wrong; not as long as the baseline is learned.
    public private(set) var isBinding: Bool
    private var givenUp: [Stage: String] = [:]

    /// Nothing is known of the service but what a look before the campaign showed.
    public init(chosen: ChosenCadence, baseline: Baseline = .unknown) {
        self.baseline = baseline
        pacing = Pacing(chosen: chosen)
        isBinding = false
    }

    /// That much is known, and counts.
    ///
    /// - Parameters:
    ///   - startLimit: how long a start may take; nil for as long as the service's own settings
    ///     allow.
    ///   - stopLimit: how long a stop may take, in the same way.
    public init(
        _ baseline: Baseline, cadence: Cadence, startLimit: Duration? = nil,
        stopLimit: Duration? = nil
    ) {
        self.baseline = baseline
        pacing = Pacing(cadence: cadence, startLimit: startLimit, stopLimit: stopLimit)
        isBinding = true
    }

    /// Why even the unrestricted service is not put through this stage; nil if it is.
    func omission(of stage: Stage) -> String? { givenUp[stage] ?? baseline.omission(of: stage) }

    /// What a trial is compared with.
    var measure: Baseline { isBinding ? baseline : .unknown }

    /// Takes in a passing trial of the service as it is.
    public mutating func learn(_ trial: Trial) {
        baseline.learn(trial)
        learnTimes(of: trial)
    }

    /// Takes in how long a passing trial took, whatever was restricted in it.
    public mutating func learnTimes(of trial: Trial) {
        pacing.learn(
            trial.microseconds, endingsVary: baseline.exitStatusesAtStop.count > 1)
    }

    /// A trial that was repeated and then passed: how it ended, and who was missing in it, is not a
    /// matter of its profile.
    mutating func learnHabits(of trial: Trial) { baseline.learnHabits(of: trial) }

    /// The same of processes that were missing in it and then there, while others stayed away.
    mutating func learnAbsence(of names: Set<String>, in trial: Trial) {
        baseline.learnAbsence(of: names, in: trial)
    }

    /// The service as it is fails in this stage, in which way: nothing can be learned from that of
    /// a restricted one.
    mutating func giveUp(_ stage: Stage, because why: String) {
        givenUp[stage] = "the service as it is fails in it: \(why)"
    }

    /// From now on trials are compared with the baseline and held to the limits learned.
    public mutating func bind() {
        pacing.holdToLimits()
        isBinding = true
    }

    /// The same for the real unit where it never ran before: nobody knows how long that takes, and
    /// its journal names it and not a copy.
    func atFirstStart(_ cadence: ChosenCadence) -> Expectations {
        var baseline = baseline
        baseline.isStrict = false
        return Expectations(baseline, cadence: cadence.beforeBaseline)
    }

    /// The same for trials of the service as it is now, which may have other habits.
    public func unbound() -> Expectations {
        var other = self
        other.isBinding = false
        return other
    }
}
