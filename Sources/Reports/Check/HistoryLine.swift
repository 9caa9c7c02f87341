import Trials

/// A campaign on record in one line.
public struct HistoryLine: Sendable {
    public let text: String

    /// - Parameters:
    ///   - result: what was kept of it as JSON; nil where it never ended.
    ///   - trials: how many were made.
    ///   - isCheck: whether it is a check rather than a search.
    public init(result: String?, trials: Int, isCheck: Bool) {
        switch KeptResult(result, isCheck: isCheck) {
        case .check(let check): text = HistoryLine.text(check)
        case .search(let result):
            text =
                "exposure \(result.exposure.before) → \(result.exposure.after)  "
                + "\(result.accepted.count) taken, \(result.refused.count) refused, "
                + result.trialWords
        case nil where result != nil: text = "another version of temper wrote what it came to"
        case nil:
            text =
                "unfinished after \(trials.counted("trial"))"
                + (isCheck ? "" : "; harden resumes it")
        }
    }

    private static func text(_ check: UnitCheck) -> String {
        let (then, now) = (check.systemd.recorded, check.systemd.now)
        let culprits = check.culprits.map(\.names).joined(separator: ", ")
        return "check: \(check.standing.rawValue)"
            + (then == now ? "" : ", systemd \(then) → \(now)")
            + ", \((check.trials + check.furtherTrials).counted("trial"))"
            + (culprits.isEmpty ? "" : ": \(culprits)")
            + (check.applied == nil ? "" : "; what passes was installed")
    }
}
