import Hardening

/// Exposure before and after as two bars on the scale of `systemd-analyze security`.
struct ExposureSVG {
    let text: String

    init(_ change: HardeningResult.ExposureChange) {
        let (left, width) = (56.0, 300.0)
        func bar(_ name: String, _ value: Double, _ style: String, at y: Int) -> String {
            let exposure = Exposure(value)
            let length = width * min(10, max(0, value)) / 10
            return "<text x=\"0\" y=\"\(y + 17)\">\(name)</text>"
                + "<rect class=\"scale\" x=\"\(left)\" y=\"\(y)\" width=\"\(width)\" height=\"24\" rx=\"3\"/>"
                + "<rect class=\"\(style)\" x=\"\(left)\" y=\"\(y)\" width=\"\(length)\" height=\"24\" rx=\"3\"/>"
                + "<text x=\"\(left + width + 10)\" y=\"\(y + 17)\">\(exposure) \(exposure.label)</text>"
        }
        let marks = stride(from: 0, through: 10, by: 2).map { mark -> String in
            let x = left + width * Double(mark) / 10
            return "<line class=\"tick\" x1=\"\(x)\" x2=\"\(x)\" y1=\"66\" y2=\"72\"/>"
                + "<text class=\"quiet\" x=\"\(x)\" y=\"87\" text-anchor=\"middle\">\(mark)</text>"
        }
        var possible = ""
        if change.possible < change.after {
            let x = left + width * change.possible / 10
            possible =
                "<line class=\"tick\" stroke-width=\"2\" stroke-dasharray=\"3 2\" x1=\"\(x)\" x2=\"\(x)\" "
                + "y1=\"32\" y2=\"64\"><title>still possible: \(change.possible)</title></line>"
        }
        text =
            "<svg viewBox=\"0 0 460 92\" role=\"img\" aria-label=\"Exposure \(change.before) before, "
            + "\(change.after) after\" style=\"max-width: 40rem\">"
            + bar("before", change.before, "before-bar", at: 4)
            + bar("after", change.after, "after-bar", at: 36) + possible + marks.joined()
            + "</svg>\n"
    }
}

/// The trials along the time that they took; each leads to what was seen.
struct TimelineSVG {
    let text: String

    /// - Parameter prefix: of the anchors of trials.
    init(_ trials: [TrialEntry], prefix: String) {
        let end = max(1, trials.map { $0.startMilliseconds + $0.milliseconds }.max() ?? 1)
        let width = 1000.0
        func x(_ milliseconds: Int) -> Double {
            (Double(milliseconds) / Double(end) * width * 10).rounded() / 10
        }
        let bars = trials.map { trial in
            let length = max(3, x(trial.milliseconds))
            // Failures hang lower, so that they are told without colours.
            let y = trial.verdict == "passed" ? 4 : 24
            return "<a href=\"#\(prefix)\(trial.number)\"><rect class=\"\(trial.verdict)-bar\" "
                + "x=\"\(x(trial.startMilliseconds))\" y=\"\(y)\" width=\"\(length)\" height=\"18\" rx=\"1\">"
                + "<title>\(XML.text("trial \(trial.number) \(trial.verdict): \(trial.purpose)"))"
                + "</title></rect></a>"
        }
        let step = TimelineSVG.step(for: end)
        let marks = stride(from: 0, through: end, by: step).map { moment in
            let anchor = moment == 0 ? "start" : "middle"
            return
                "<line class=\"tick\" x1=\"\(x(moment))\" x2=\"\(x(moment))\" y1=\"44\" y2=\"50\"/>"
                + "<text class=\"quiet\" x=\"\(x(moment))\" y=\"66\" text-anchor=\"\(anchor)\">"
                + "\(moment / 1000) s</text>"
        }
        text =
            "<div class=\"wide\"><svg class=\"timeline\" viewBox=\"0 0 1000 72\" role=\"img\" aria-label=\"\(trials.count) trials in "
            + "\(end / 1000) seconds; those that failed hang lower\">"
            + bars.joined() + marks.joined() + "</svg></div>\n"
    }

    /// Marks every second, or so many that there are about ten.
    private static func step(for end: Int) -> Int {
        [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600].map { $0 * 1000 }
            .first { end / $0 <= 10 } ?? end
    }
}
