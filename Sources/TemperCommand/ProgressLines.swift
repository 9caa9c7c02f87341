import Hardening
import Synchronization
import TemperKit
package import Trials

/// Progress on standard error: on a terminal one living line and a line for each trial that taught
/// something; elsewhere a line per trial.
package final class ProgressLines: ProgressListener {
    private let isQuiet: Bool
    private let words = Mutex(ProgressWords())
    /// What the living line says.
    private let shown = Mutex("")

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

    package func wait(for probe: String, saying answer: String?, left: Duration) {
        if isQuiet || !Terminal.hasLiveLine { return }
        let text = ProgressWords.waiting(for: probe, saying: answer, left: left)
        if shown.withLock({ $0 != text }) { live(text) }
    }

    package func show(_ event: CampaignEvent) {
        if isQuiet { return }
        let text = words.withLock { $0.text(of: event) }
        switch event {
        case .asking: if Terminal.hasLiveLine { live(text) }
        case .tried: settle(cut(text))
        }
    }

    /// Takes the living line away.
    func finish() {
        if !isQuiet && Terminal.hasLiveLine { Terminal.write("\r\u{1b}[K", to: 2) }
    }

    private func cut(_ line: String) -> String {
        let width = Terminal.width(of: 2).map { max(40, $0 - 1) } ?? 160
        return line.visible(keeping: []).shortened(to: width)
    }

    private func live(_ text: String) {
        shown.withLock { $0 = text }
        Terminal.write("\r\u{1b}[K\(cut(text))", to: 2)
    }

    private func settle(_ text: String) {
        Terminal.write((Terminal.hasLiveLine ? "\r\u{1b}[K" : "") + text.visible() + "\n", to: 2)
    }
}
