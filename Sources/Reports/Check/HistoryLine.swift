import Foundation
import Trials

/// A campaign on record in one line.
public struct HistoryLine: Sendable {
    public let text: String

    /// - Parameters:
    ///   - result: what was kept of it as JSON; nil where it never ended.
    ///   - trials: how many were made.
    ///   - isCheck: whether it is a check rather than a search.
    public init(result: String?, trials: Int, isCheck: Bool) {
        let data = Data((result ?? "").utf8)
        let decoder = JSONDecoder()
        if isCheck, let check = try? decoder.decode(UnitCheck.self, from: data) {
            text = HistoryLine.text(check)
        } else if let result = try? decoder.decode(HardeningResult.self, from: data) {
            text =
                "exposure \(result.exposure.before) → \(result.exposure.after)  "
                + "\(result.accepted.count) taken, \(result.refused.count) refused, "
                + result.trialWords
        } else {
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
