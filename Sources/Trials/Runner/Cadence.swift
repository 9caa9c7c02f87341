/// How often a probe is asked and how many answers make a ruling, in the words of Kubernetes and
/// Docker. Pure: it is asked with the checks made so far.
public struct Cadence: Hashable, Codable, Sendable {
    /// Failures before this much time has passed since the start do not count.
    public var startPeriod: Duration
    /// Between the end of one check and the start of the next.
    public var interval: Duration
    /// How long one check may take.
    public var timeout: Duration
    /// So many successes in a row make it healthy.
    public var successThreshold: Int
    /// So many failures in a row, after the start period, make it unhealthy.
    public var failureThreshold: Int

    public init(
        startPeriod: Duration = .seconds(30), interval: Duration = .milliseconds(50),
        timeout: Duration = .seconds(5), successThreshold: Int = 1, failureThreshold: Int = 3
    ) {
        self.startPeriod = startPeriod
        self.interval = interval
        self.timeout = timeout
        self.successThreshold = successThreshold
        self.failureThreshold = failureThreshold
    }

    /// A check and when it ended, counted from the moment the service had started.
    public struct Check: Hashable, Sendable {
        public let at: Duration
        public let outcome: CheckOutcome

        public init(at: Duration, outcome: CheckOutcome) {
            self.at = at
            self.outcome = outcome
        }
    }

    public enum Ruling: Hashable, Sendable {
        case askAgain
        case settled(CheckOutcome)
    }

    /// What these checks, in their order, come to.
    public func ruling(on checks: [Check]) -> Ruling {
        var successes = 0
        var failures = 0
        for check in checks {
            switch check.outcome {
            case .healthy:
                successes += 1
                failures = 0
                if successes >= successThreshold { return .settled(.healthy) }
            case .unhealthy:
                successes = 0
                failures += check.at >= startPeriod ? 1 : 0
                if failures >= failureThreshold { return .settled(check.outcome) }
            case .cannotTell:
                return .settled(check.outcome)
            }
        }
        return .askAgain
    }

    /// The cadence for the trials after a baseline that took this long: a service that answered
    /// within 100 ms need not be waited for 30 s each time it breaks.
    ///
    /// - Parameters:
    ///   - untilHealthy: the longest time a baseline took from its start to its first ruling.
    ///   - slowestCheck: the longest time a single healthy check took.
    ///   - chosen: the options that the user gave; they win.
    public static func learned(
        untilHealthy: Duration, slowestCheck: Duration, chosen: ChosenCadence
    ) -> Cadence {
        let baseline = Cadence()
        return Cadence(
            startPeriod: chosen.startPeriod
                ?? min(baseline.startPeriod, max(.milliseconds(500), untilHealthy * 4)),
            interval: chosen.interval ?? baseline.interval,
            timeout: chosen.timeout ?? min(baseline.timeout, max(.seconds(1), slowestCheck * 10)),
            successThreshold: chosen.successThreshold ?? baseline.successThreshold,
            failureThreshold: chosen.failureThreshold ?? 2)
    }
}

/// The parts of a cadence that the user chose; the others are learned from the baseline.
public struct ChosenCadence: Hashable, Codable, Sendable {
    public var startPeriod: Duration?
    public var interval: Duration?
    public var timeout: Duration?
    public var successThreshold: Int?
    public var failureThreshold: Int?

    public init() {}

    /// For the baseline itself, of which nothing is known yet.
    public var beforeBaseline: Cadence {
        let baseline = Cadence()
        return Cadence(
            startPeriod: startPeriod ?? baseline.startPeriod,
            interval: interval ?? baseline.interval,
            timeout: timeout ?? baseline.timeout,
            successThreshold: successThreshold ?? baseline.successThreshold,
            failureThreshold: failureThreshold ?? baseline.failureThreshold)
    }
}
