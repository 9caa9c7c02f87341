import Hardening

/// What a trial came to: a pure function of what was observed.
public enum Verdict: Hashable, Codable, Sendable {
    case passed
    /// With the reason in a few words that can stand in a table.
    case failed(String)
    /// The trial says nothing: it was disturbed, or a probe could not tell.
    case unresolved(String)

    public var isPass: Bool { self == .passed }

    /// - Parameter usualEnd: how the service ends when nothing is restricted; an ending is only
    ///   wrong by comparison (some daemons always exit with 1).
    public init(of observations: [Observation], usualEnd: UnitState? = nil) {
        // What was done to the copy from outside voids everything it did.
        if let disturbance = observations.lazy.compactMap(Verdict.disturbance).first {
            self = .unresolved(disturbance)
            return
        }
        let states = observations.compactMap { observation in
            if case .unit(let stage, let state) = observation { (stage, state) } else { nil }
        }
        for observation in observations {
            if let fault = Verdict.fault(observation, among: states, usualEnd: usualEnd) {
                self = .failed(fault)
                return
            }
        }
        // A probe that could not tell says nothing against a service that is seen to be broken.
        if let doubt = observations.lazy.compactMap(Verdict.doubt).first {
            self = .unresolved(doubt)
            return
        }
        guard states.contains(where: { $0.0 == .ready && $0.1.isUp }) else {
            self = .unresolved("the copy was never seen up")
            return
        }
        if let change = Verdict.mainProcessChange(states) {
            self = .failed(change)
            return
        }
        self = .passed
    }

    private static func disturbance(_ observation: Observation) -> String? {
        switch observation {
        case .managerReloaded: "systemd reloaded its units during the trial"
        case .foreignDropIn(let path): "\(path) changes the copy and not the original"
        default: nil
        }
    }

    private static func doubt(_ observation: Observation) -> String? {
        guard case .probe(_, let name, .cannotTell(let why)) = observation else { return nil }
        return "\(name) could not tell: \(why)"
    }

    private static func fault(
        _ observation: Observation, among states: [(Stage, UnitState)], usualEnd: UnitState?
    ) -> String? {
        switch observation {
        case .refusedByManager(_, let message): return "systemd refuses it: \(message)"
        case .job(let stage, let result) where result != "done":
            // A helper's exit status is not the main process's: its own words follow elsewhere.
            let ending = states.first { $0.0 == stage }.map { Verdict.ending($0.1) }
            let detail = ending.flatMap { $0 == "exit-code" ? nil : ": \($0)" } ?? ""
            return "\(stage.rawValue) \(result == "timeout" ? "timed out" : "failed")\(detail)"
        case .unit(.stop, let state):
            guard let usualEnd, !state.endedLike(usualEnd) else { return nil }
            return "stopped otherwise than usual: \(Verdict.ending(state))"
        case .unit(let stage, let state) where !state.isUp:
            if state.isReloading { return "did not finish its reload" }
            return stage == .start || stage == .ready
                ? "died at start: \(Verdict.ending(state))"
                : "died after \(stage.rawValue): \(Verdict.ending(state))"
        case .probe(let stage, let name, .unhealthy(let why)):
            return "\(name)\(stage == .reloaded ? " after reload" : ""): \(why)"
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
            if let step = SetupStep.of(exitStatus: state.mainStatus) {
                return "\(step.status)/\(step.name)"
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

/// Names of signals that end services (signal(7); the same numbers on x86-64 and arm64).
enum Signal {
    static func name(_ number: Int32) -> String {
        let names: [Int32: String] = [
            1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 5: "SIGTRAP", 6: "SIGABRT",
            7: "SIGBUS", 8: "SIGFPE", 9: "SIGKILL", 10: "SIGUSR1", 11: "SIGSEGV",
            12: "SIGUSR2", 13: "SIGPIPE", 14: "SIGALRM", 15: "SIGTERM", 24: "SIGXCPU",
            25: "SIGXFSZ", 31: "SIGSYS",
        ]
        return names[number] ?? "\(number)"
    }
}
