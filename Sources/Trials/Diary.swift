import Hardening

/// What a campaign wrote down so far.
struct Diary {
    var trials: [Trial] = []
    /// The trial numbers of the answers that the search learned, in their order.
    var numbers: [Int] = []
    var resumed = 0
    /// The trial of another identity, where there was one.
    var identity: Trial?
    /// How often a result did not pass when it was repeated.
    var denials = 0
    var usualEnd: UnitState?
    private var usualRefusals: Set<KernelRequest>
    private var startLimit: Duration?
    private var stopLimit: Duration?
    var cadence: Cadence
    private let chosen: ChosenCadence
    private var slowestStart = Duration.zero
    private var slowestProbes = Duration.zero
    private var slowestStop = Duration.zero

    init(chosen: ChosenCadence, usualRefusals: Set<KernelRequest>) {
        self.chosen = chosen
        self.usualRefusals = usualRefusals
        cadence = chosen.beforeBaseline
    }

    func order(
        number: Int, purpose: String, profile: Profile, began: UInt64
    ) -> Course.Order {
        var order = Course.Order(
            number: number, purpose: purpose, profile: profile, cadence: cadence,
            startLimit: startLimit, began: began, usualEnd: usualEnd)
        order.stopLimit = stopLimit
        order.usualRefusals = usualRefusals
        return order
    }

    mutating func learnBaseline(_ trial: Trial) {
        let timing = trial.microseconds
        slowestStart = max(slowestStart, .microseconds(timing.start))
        slowestProbes = max(slowestProbes, .microseconds(timing.probes + timing.settle))
        usualEnd = trial.end
        usualRefusals.formUnion(trial.refusals.map(\.pattern))
        // A sandbox takes time to set up (0.15 s on systemd 262), a loaded machine much more.
        startLimit = max(.seconds(3), slowestStart * 10)
        slowestStop = max(slowestStop, .microseconds(timing.stop))
        stopLimit = max(.seconds(3), slowestStop * 10)
        cadence = .learned(
            untilHealthy: slowestStart + slowestProbes, slowestCheck: slowestProbes,
            chosen: chosen)
    }
}
