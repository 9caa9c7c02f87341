import Hardening
import Synchronization
import TemperKit
package import Trials

/// Progress on standard error: on a terminal one living line and a line for each trial that taught
/// something; elsewhere a line per trial.
package final class ProgressLines: ProgressListener {
    private let isQuiet: Bool
    private let state = Mutex(State())

    private struct State {
        var question = ""
        var exposure = ""
    }

    package init(isQuiet: Bool) { self.isQuiet = isQuiet }

    /// A step that is no trial, such as booting the lab.
    package func step(_ text: String) {
        if isQuiet { return }
        if Terminal.hasLiveLine { live(text + " …") } else { Terminal.note(text) }
    }

    /// What the user has to know and can read afterwards.
    package func say(_ text: String) {
        if !isQuiet { settle(text) }
    }

    package func show(_ event: CampaignEvent) {
        if isQuiet { return }
        switch event {
        case .asking(let number, let question, let left):
            state.withLock { $0.question = question }
            if Terminal.hasLiveLine {
                let exposure = state.withLock { $0.exposure }
                let rest = left >= 1 ? ", about \(Int(left.rounded())) to go" : ""
                let so = exposure.isEmpty ? "" : ", exposure \(exposure) so far"
                live("trial \(number): \(question)\(so)\(rest)")
            }
        case .tried(let trial, let exposure, let isFromRecord):
            let question = state.withLock { state in
                state.exposure = "\(exposure)"
                return state.question
            }
            settle(line(trial, question, isFromRecord))
        }
    }

    /// Takes the living line away.
    func finish() {
        if !isQuiet && Terminal.hasLiveLine { Terminal.write("\r\u{1b}[K", to: 2) }
    }

    private func line(_ trial: Trial, _ question: String, _ isFromRecord: Bool) -> String {
        let milliseconds = trial.microseconds.whole / 1000
        let time = isFromRecord ? "recorded" : "\(milliseconds) ms"
        let number = "\(trial.number)".leftPadded(to: 3)
        let mark: String
        switch trial.verdict {
        case .passed: mark = "pass"
        case .failed(let why): mark = "FAIL  \(why)"
        case .unresolved(let why): mark = "????  \(why)"
        }
        return cut("\(number)  \(time.leftPadded(to: 8))  \(question)  \(mark)")
    }

    private func cut(_ line: String) -> String {
        let line = line.visible(keeping: [])
        let width = max(40, Terminal.hasLiveLine ? Terminal.width - 1 : 160)
        return line.count > width ? String(line.prefix(width - 1)) + "…" : line
    }

    private func live(_ text: String) {
        Terminal.write("\r\u{1b}[K\(cut(text))", to: 2)
    }

    private func settle(_ text: String) {
        Terminal.write((Terminal.hasLiveLine ? "\r\u{1b}[K" : "") + text.visible() + "\n", to: 2)
    }
}

extension String {
    func leftPadded(to width: Int) -> String {
        count >= width ? self : String(repeating: " ", count: width - count) + self
    }
}
