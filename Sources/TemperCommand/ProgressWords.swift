import Hardening
package import Trials

/// What is said while a campaign runs: of the living line the most important first, which is how
/// long it will still take, because what does not fit is cut off.
package struct ProgressWords {
    private var question = ""
    private var exposure: Exposure?
    /// Of the trials that were made and not taken from the record; what ran side by side counts once.
    private var seconds = 0.0
    private var count = 0
    /// When the last of them ended, in microseconds since 1970.
    private var end: UInt64 = 0

    package init() {}

    package mutating func text(of event: CampaignEvent) -> String {
        switch event {
        case .asking(let number, let question, let left):
            self.question = question
            let so = exposure.map { ", exposure \($0) so far" } ?? ""
            return "\(time(for: left))trial \(number): \(question)\(so)"
        case .tried(let trial, let exposure, let isFromRecord):
            self.exposure = exposure
            if !isFromRecord {
                let ended = trial.began + trial.microseconds.whole
                seconds += Double(ended - min(ended, max(trial.began, end))) / 1_000_000
                end = max(end, ended)
                count += 1
            }
            return line(trial, isFromRecord)
        }
    }

    /// A probe is waited for.
    package static func waiting(
        for probe: String, saying answer: String?, left: Duration
    ) -> String {
        "\(left.components.seconds) s left for the probe: \(answer ?? "no answer yet") (\(probe))"
    }

    /// About how long the trials take that are probably left, if they take as long as those before.
    private func time(for trials: Double) -> String {
        guard trials >= 1, count > 0 else { return "" }
        let left = Int((trials * seconds / Double(count)).rounded(.up))
        return left < 100 ? "about \(left) s left, " : "about \((left + 59) / 60) min left, "
    }

    private func line(_ trial: Trial, _ isFromRecord: Bool) -> String {
        let milliseconds = trial.microseconds.whole / 1000
        let time = isFromRecord ? "recorded" : "\(milliseconds) ms"
        let number = "\(trial.number)".leftPadded(to: 3)
        let mark: String
        switch trial.verdict {
        case .passed: mark = "pass"
        case .failed(let why): mark = "FAIL  \(why)"
        case .unresolved(let why): mark = "????  \(why)"
        }
        return "\(number)  \(time.leftPadded(to: 8))  \(question)  \(mark)"
    }
}

extension String {
    func leftPadded(to width: Int) -> String {
        count >= width ? self : String(repeating: " ", count: width - count) + self
    }
}
