extension Trial {
    /// Whether it failed by nothing but how it was beside the service as it is.
    public var isWrongByComparison: Bool {
        verdict.isFailure && judged(by: .unknown).verdict.isPass
    }
}

/// What is wrong with a life although the unit stayed up: found by comparison with the baseline.
extension Verdict {
    /// nil where the service does nothing that it does not do without restriction.
    static func oddity(_ observation: Observation, baseline: Baseline) -> String? {
        switch observation {
        case .helper(let exit) where !exit.isSuccess && !baseline.knows(exit):
            return "\(exit.directive) failed: \(exit.program): \(exit.ending)"
        case .ended(let exit) where exit.isCrash && !baseline.knows(exit):
            return "its process \(exit.name ?? "of unknown name") died: \(exit.ending)"
        case .processSet(let processSet):
            return baseline.processSet.flatMap(processSet.lack)
        case .footprint(let footprint):
            return baseline.holdsFootprint ? baseline.footprint.flatMap(footprint.lack) : nil
        case .seenAfter(let exercise, let footprint):
            return oddity(.footprint(footprint), baseline: baseline.after(exercise))
                .map { "\(exercise): \($0)" }
        case .log(let line) where !baseline.knows(line):
            // Told by the service of its own process; systemd's words on the main one come late.
            guard line.source != "systemd", let signal = line.crash else { return nil }
            return "a process of it died by \(signal), it says: \(line.message)"
        default:
            return nil
        }
    }

    /// How a process ended, of which only its wait status is known.
    static func ending(code: Int32, status: Int32) -> String {
        ending(
            UnitState(
                type: "", active: "", sub: "", result: "success", mainCode: code,
                mainStatus: status))
    }
}
