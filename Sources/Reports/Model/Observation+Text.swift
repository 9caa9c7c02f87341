import Hardening
public import Trials

extension Observation {
    /// What was seen, in one line for people; nil for what only helps the search.
    public var text: String? {
        switch self {
        case .refusedByManager(_, let message): "systemd refuses the unit: \(message)"
        case .job(let stage, let result): "\(stage.rawValue): job \(result)"
        case .unit(let stage, let state): Observation.text(stage, state)
        case .probe(let stage, let name, let outcome):
            "\(stage.rawValue): \(name.abridged): \(outcome.text)"
        case .exercise(let name, let outcome): "\(name): \(outcome.text)"
        case .managerReloaded: "systemd reloaded its units meanwhile"
        case .originalRan: "the original ran beside its copy"
        case .starved(let stage):
            "\(stage.rawValue): others waited most of the time, the machine was busy"
        case .excess(let what): "it was \(what)"
        case .foreignDropIn(let path): "\(path) changes the copy and not the original"
        case .skipped(let stage, let why): "no \(stage.rawValue): \(why)"
        case .log(let line): "journal: \(line.source): \(line.message)"
        case .saw: nil
        case .refused(let request): "kernel: \(request.text)"
        case .processSet(let processSet): Observation.text(processSet)
        case .footprint(let footprint): Observation.text(footprint)
        case .seenAfter(let exercise, let footprint):
            Observation.text(footprint).map { "after \(exercise): \($0)" }
        case .helper(let exit):
            exit.isSuccess ? nil : "\(exit.directive) \(exit.program) ended with \(exit.ending)"
        case .ended(let exit):
            "process \(exit.name ?? "of unknown name") ended with \(exit.ending)"
        case .blind(let what): "cannot see \(what) on this machine"
        case .command: nil
        }
    }

    private static func text(_ stage: Stage, _ state: UnitState) -> String {
        let how =
            state.isUp || state.isReloading
            ? state.active + (state.mainPID == 0 ? "" : ", main process \(state.mainPID)")
            : "\(state.active), \(Verdict.ending(state))"
        return "\(stage.rawValue): \(how)"
    }

    private static func text(_ footprint: Footprint) -> String? {
        let parts = [
            ("listens on", footprint.listeners.sorted() + footprint.sockets.keys.sorted()),
            ("owns", (footprint.names ?? []).sorted()),
            ("keeps", (footprint.files ?? [:]).keys.sorted()),
            ("has the security label", footprint.labels.sorted()),
        ].filter { !$0.1.isEmpty }.map { "\($0) \($1.joined(separator: ", "))" }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }

    private static func text(_ processSet: ProcessSet) -> String {
        let names = processSet.members.sorted { $0.key < $1.key }.map { name, count in
            count == 1 ? name : "\(count) \(name)"
        }
        return "processes: \(names.isEmpty ? "none" : names.joined(separator: ", "))"
    }
}

extension CheckOutcome {
    fileprivate var text: String {
        switch self {
        case .healthy: "healthy"
        case .unhealthy(let why): "unhealthy: \(why)"
        case .cannotTell(let why): "cannot tell: \(why)"
        }
    }
}
