/// How long a trial waits, and for what: learned from trials that passed, so that a service that
/// answers within 100 ms is not waited for 30 s each time it breaks.
public struct Pacing: Hashable, Sendable {
    public private(set) var cadence: Cadence
    /// How long a start may take; nil for as long as the service's own settings allow.
    public private(set) var startLimit: Duration?
    /// How long a stop may take, in the same way: a copy that is deaf to SIGTERM, as the first
    /// process of a private PID namespace is, would cost its whole TimeoutStopSec= each time.
    public private(set) var stopLimit: Duration?
    private let chosen: ChosenCadence
    private var slowestStart = Duration.zero
    private var slowestChecks = Duration.zero
    private var slowestStop = Duration.zero
    private var endingsVary = false

    /// Of a service of which nothing is known yet.
    public init(chosen: ChosenCadence) {
        self.chosen = chosen
        cadence = chosen.beforeBaseline
    }

    /// Of a service of which that much is known.
    public init(cadence: Cadence, startLimit: Duration? = nil, stopLimit: Duration? = nil) {
        chosen = ChosenCadence()
        self.cadence = cadence
        self.startLimit = startLimit
        self.stopLimit = stopLimit
    }

    /// Takes in how long a trial took. The cadence follows at once, the limits only when they are
    /// held to: what they are learned from must not be cut short by them.
    mutating func learn(_ timing: Trial.Timing, endingsVary: Bool) {
        slowestStart = max(slowestStart, .microseconds(timing.start))
        slowestChecks = max(slowestChecks, .microseconds(timing.probes + timing.settle))
        slowestStop = max(slowestStop, .microseconds(timing.stop))
        self.endingsVary = endingsVary
        cadence = .learned(
            untilHealthy: slowestStart + slowestChecks, slowestCheck: slowestChecks,
            chosen: chosen)
    }

    /// How long trials would wait for a service that is no slower than in this life.
    func patience(after timing: Trial.Timing) -> Duration {
        let checks = Duration.microseconds(timing.probes + timing.settle)
        let learned = Cadence.learned(
            untilHealthy: .microseconds(timing.start) + checks, slowestCheck: checks,
            chosen: chosen)
        return min(cadence.startPeriod, learned.startPeriod)
    }

    mutating func holdToLimits() {
        // A sandbox takes time to set up (0.15 s on systemd 262), a loaded machine much more.
        startLimit = max(.seconds(3), slowestStart * 10)
        // Where the endings vary the time does, too.
        stopLimit = max(endingsVary ? .seconds(15) : .seconds(3), slowestStop * 10)
    }
}
