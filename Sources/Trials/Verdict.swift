import Hardening

/// What a trial came to: a pure function of what was observed.
public enum Verdict: Hashable, Codable, Sendable {
    case passed
    /// With the reason in a few words that can stand in a table.
    case failed(String)
    /// The trial says nothing: it was disturbed, or a probe could not tell.
    case unresolved(String)

    public var isPass: Bool { self == .passed }
    public var isFailure: Bool { if case .failed = self { true } else { false } }

    /// `passed`, or the reason.
    public var words: String {
        switch self {
        case .passed: "passed"
        case .failed(let reason), .unresolved(let reason): reason
        }
    }

    /// - Parameter baseline: what the service does when nothing is restricted; much is only wrong by
    ///   comparison.
    public init(of observations: [Observation], baseline: Baseline = .unknown) {
        self = Verdict.judging(observations, by: baseline)
    }

    private static func judging(
        _ observations: [Observation], by baseline: Baseline
    ) -> Verdict {
        // What was done to the copy from outside voids everything it did.
        if let disturbance = observations.lazy.compactMap(disturbance).first {
            return .unresolved(disturbance)
        }
        for case .excess(let what) in observations { return .failed(what) }
        let late = observations.compactMap { observation in
            if case .starved(let stage) = observation { stage } else { nil }
        }
        if late.contains(where: { !$0.isEnd }) { return .unresolved(tooBusy) }
        let states = observations.compactMap { observation in
            if case .unit(let stage, let state) = observation { (stage, state) } else { nil }
        }
        for observation in observations where !observation.isAt(late) {
            if let fault = fault(observation, among: states, baseline: baseline) {
                return .failed(fault)
            }
        }
        for observation in observations {
            if let oddity = oddity(observation, baseline: baseline) { return .failed(oddity) }
        }
        // A probe that could not tell says nothing against a service that is seen to be broken.
        if let doubt = observations.lazy.compactMap(doubt).first { return .unresolved(doubt) }
        if !late.isEmpty { return .unresolved(tooBusy) }
        guard states.contains(where: { $0.0 == .ready && $0.1.isUp }) else {
            return .unresolved("the copy was never seen up")
        }
        if let change = mainProcessChange(states) { return .failed(change) }
        for case .refused(let request) in observations where baseline.isBite(request) {
            return .failed(biting + request.text)
        }
        if baseline.isStrict,
            let suspicion = suspicions(among: observations, baseline: baseline).first
        {
            return .failed("new in its journal: \(suspicion.line)")
        }
        return .passed
    }

    private static let tooBusy = "it was not in time, on a machine that was too busy to tell"

    /// Whether this alone fails a trial, whatever else is seen.
    static func isDecided(by observation: Observation, baseline: Baseline) -> Bool {
        if case .refused(let request) = observation { return baseline.isBite(request) }
        return oddity(observation, baseline: baseline) != nil
    }

    private static let biting = "bites: "

    /// What bites, out of the reason of a failure; nil where it is another one.
    static func bite(in reason: String) -> String? {
        reason.hasPrefix(biting) ? String(reason.dropFirst(biting.count)) : nil
    }

    private static func disturbance(_ observation: Observation) -> String? {
        switch observation {
        case .managerReloaded: "systemd reloaded its units during the trial"
        case .originalRan:
            "the original ran beside its copy: something starts it, such as another unit, a timer, "
                + "or whoever asks for its socket or its name on the bus"
        case .foreignDropIn(let path): "\(path) changes the copy and not the original"
        default: nil
        }
    }

    private static func doubt(_ observation: Observation) -> String? {
        switch observation {
        case .probe(_, let name, .cannotTell(let why)), .exercise(let name, .cannotTell(let why)):
            "\(name.abridged) could not tell: \(why)"
        default: nil
        }
    }

    private static func fault(
        _ observation: Observation, among states: [(Stage, UnitState)], baseline: Baseline
    ) -> String? {
        switch observation {
        case .refusedByManager(_, let message): return "systemd refuses it: \(message)"
        case .job(let stage, let result) where result != .done:
            // A helper's exit status is not the main process's: its own words follow elsewhere.
            let ending = states.first { $0.0 == stage }.map { Verdict.ending($0.1) }
            let detail = ending.flatMap { $0 == "exit-code" ? nil : ": \($0)" } ?? ""
            return "\(stage.rawValue) \(result == .timeout ? "timed out" : "failed")\(detail)"
        case .unit(let stage, let state) where stage.isEnd:
            if baseline.knows(state) { return nil }
            let which = stage == .stop ? "stopped" : "stopped a second time"
            return "\(which) otherwise than usual: \(Verdict.ending(state))"
        case .unit(let stage, let state) where !state.isUp:
            if state.isReloading { return "did not finish its reload" }
            switch stage {
            case .start, .ready: return "died at start: \(Verdict.ending(state))"
            case .secondStart, .secondReady:
                return "died at its second start: \(Verdict.ending(state))"
            case .exercised: return "died: \(Verdict.ending(state))"
            default: return "died after \(stage.rawValue): \(Verdict.ending(state))"
            }
        case .probe(let stage, let name, .unhealthy(let why)):
            let moment =
                switch stage {
                case .reloaded: " after reload"
                case .secondReady: " after a second start"
                default: ""
                }
            return "\(name.abridged)\(moment): \(why)"
        case .exercise(let name, .unhealthy(let why)): return "\(name): \(why)"
        default: return nil
        }
    }

    private static func mainProcessChange(_ states: [(Stage, UnitState)]) -> String? {
        guard let ready = states.first(where: { $0.0 == .ready })?.1,
            let settled = states.first(where: { $0.0 == .settled })?.1,
            ready.mainPID != 0, ready.mainPID != settled.mainPID
        else { return nil }
        return "the main process was replaced"
    }

    /// How a process ended, in systemd's words: `226/NAMESPACE`, `signal SIGSYS`, `exit status 1`.
    public static func ending(_ state: UnitState) -> String {
        switch state.mainCode {
        case 1:
            if let step = ExecStep.of(exitStatus: state.mainStatus) {
                return step.ending
            }
            return state.mainStatus == 0 && state.result != "success"
                ? state.result : "exit status \(state.mainStatus)"
        case 2, 3:
            let dumped = state.mainCode == 3 ? " with a core dump" : ""
            return "signal \(Signal.name(state.mainStatus))\(dumped)"
        default: return state.result == "success" ? state.active : state.result
        }
    }
}

extension Observation {
    /// Whether it is how a job, or the unit, came out of one of these stages.
    fileprivate func isAt(_ stages: [Stage]) -> Bool {
        switch self {
        case .job(let stage, _), .unit(let stage, _): stages.contains(stage)
        default: false
        }
    }
}
