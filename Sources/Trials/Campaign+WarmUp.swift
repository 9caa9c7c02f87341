import Hardening

extension Campaign {
    /// Starts the service once as it is, before any campaign: what it does only once on a machine
    /// (making directories, keys, caches) is then done before anything counts, also when earlier
    /// trials are taken from the record. And it is looked at closely.
    ///
    /// - Throws: `ExperimentError` when it does not pass.
    public static func warmUp(
        _ course: Course, cadence: ChosenCadence, now: UInt64
    ) async throws(ExperimentError) -> Trial {
        var order = Course.Order(
            number: 0, purpose: "warming up", profile: .unrestricted,
            cadence: cadence.beforeBaseline, began: now, usual: .unknown)
        order.looksClosely = true
        order.secondStart = .wanted
        var trial = try await course.runUndisturbed(order)
        if trial.lived(.secondStart), case .failed(let why) = trial.verdict {
            // Then nothing can be learned from a second start of a restricted one.
            order.secondStart = .impossible(why: "the service as it is fails in it: \(why)")
            trial = try await course.runUndisturbed(order)
        }
        guard trial.verdict.isPass else { throw BaselineFailure.error(trial) }
        return trial
    }
}

/// The service as it is does not pass: nothing can be learned from restricting it.
public enum BaselineFailure {
    static func error(_ trial: Trial) -> ExperimentError {
        let lines = trial.log.suffix(5).map { "\n    \($0.source): \($0.message)" }.joined()
        return ExperimentError(
            "the service fails without any restriction: \(trial.verdict.words)\(lines)",
            isBaseline: true)
    }

    static func unreliable(_ failures: Int, of runs: Int, _ last: Trial) -> ExperimentError {
        ExperimentError(
            "without any restriction the service fails in \(failures) of \(runs) starts, at last "
                + "with: \(last.verdict.words); no trial could be believed: see to that first",
            isBaseline: true)
    }
}

extension Verdict {
    /// `passed`, or the reason.
    public var words: String {
        switch self {
        case .passed: "passed"
        case .failed(let reason), .unresolved(let reason): reason
        }
    }
}
