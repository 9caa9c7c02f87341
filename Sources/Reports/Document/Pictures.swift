import Hardening
import Trials

/// Exposure before and after as two bars on the scale of `systemd-analyze security`.
struct ExposurePicture {
    let element: Element
    private static let (left, width) = (56.0, 300.0)

    init(_ change: HardeningResult.ExposureChange) {
        element = Element(
            "svg",
            [
                "viewBox": "0 0 460 92", "role": "img",
                "aria-label": "Exposure \(change.before) before, \(change.after) after",
                "style": "max-width: 40rem",
            ]
        ) {
            ExposurePicture.bar("before", change.before, at: 4)
            ExposurePicture.bar("after", change.after, at: 36)
            if change.possible < change.after {
                let x = "\(ExposurePicture.x(change.possible))"
                Element(
                    "line",
                    [
                        "class": "tick", "stroke-width": "2", "stroke-dasharray": "3 2", "x1": x,
                        "x2": x, "y1": "32", "y2": "64",
                    ]
                ) { Element("title") { "still possible: \(change.possible)" } }
            }
            for mark in stride(from: 0, through: 10, by: 2) {
                tick(x: ExposurePicture.x(Double(mark)), y: 66, "\(mark)")
            }
        }
    }

    private static func x(_ exposure: Double) -> Double {
        left + width * min(10, max(0, exposure)) / 10
    }

    @MarkupBuilder private static func bar(
        _ name: String, _ value: Double, at y: Int
    ) -> [Markup] {
        let exposure = Exposure(value)
        let rectangle = { (style: String, width: Double) in
            Element(
                "rect",
                [
                    "class": style, "x": "\(left)", "y": "\(y)", "width": "\(width)",
                    "height": "24", "rx": "3",
                ])
        }
        Element("text", ["x": "0", "y": "\(y + 17)"]) { name }
        rectangle("scale", width)
        rectangle("\(name)-bar", x(value) - left)
        Element("text", ["x": "\(left + width + 10)", "y": "\(y + 17)"]) {
            "\(exposure) \(exposure.label)"
        }
    }
}

/// The trials along the time that they took; each leads to what was seen.
struct Timeline {
    let element: Element

    /// - Parameter position: of the unit in its page.
    init(_ trials: [TrialEntry], position: Int) {
        let end = max(1, trials.map { $0.startMilliseconds + $0.milliseconds }.max() ?? 1)
        func x(_ milliseconds: Int) -> Double {
            (Double(milliseconds) / Double(end) * 10_000).rounded() / 10
        }
        element = Element("div", ["class": "wide"]) {
            Element(
                "svg",
                [
                    "class": "timeline", "viewBox": "0 0 1000 72", "role": "img",
                    "aria-label": "\(trials.count.counted("trial")) in "
                        + "\((end / 1000).counted("second")); "
                        + "those that failed hang lower",
                ]
            ) {
                for trial in trials {
                    Element("a", ["href": "#u\(position)t\(trial.number)"]) {
                        Timeline.bar(
                            trial, x: x(trial.startMilliseconds), width: x(trial.milliseconds))
                    }
                }
                for moment in stride(from: 0, through: end, by: Timeline.step(for: end)) {
                    // The first must not cross the left edge.
                    tick(
                        x: x(moment), y: 44, "\(moment / 1000) s",
                        anchor: moment == 0 ? "start" : "middle")
                }
            }
        }
    }

    private static func bar(_ trial: TrialEntry, x: Double, width: Double) -> Element {
        Element(
            "rect",
            [
                // Failures hang lower, so that they are told without colours.
                "class": "\(trial.verdict.rawValue)-bar", "x": "\(x)",
                "y": trial.verdict == .passed ? "4" : "24", "width": "\(max(3, width))",
                "height": "18", "rx": "1",
            ]
        ) {
            Element("title") { "trial \(trial.number) \(trial.verdict.rawValue): \(trial.purpose)" }
        }
    }

    /// Marks every second, or so many that there are about ten.
    private static func step(for end: Int) -> Int {
        [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600].map { $0 * 1000 }
            .first { end / $0 <= 10 } ?? end
    }
}

/// A mark on a scale, with what it says below.
@MarkupBuilder private func tick(
    x: Double, y: Int, _ label: String, anchor: String = "middle"
) -> [Markup] {
    Element("line", ["class": "tick", "x1": "\(x)", "x2": "\(x)", "y1": "\(y)", "y2": "\(y + 6)"])
    Element("text", ["class": "quiet", "x": "\(x)", "y": "\(y + 21)", "text-anchor": anchor]) {
        label
    }
}

/// Every step of every directive as a box, and in words how far it went and why not further.
struct LadderPicture {
    let ladders: [Ladder]
    /// Where a trial is shown; nil where it is not.
    let anchor: (Int) -> String?

    @MarkupBuilder var markup: [Markup] {
        Element("p", ["class": "legend"]) {
            for (number, status) in StepStatus.allCases.enumerated() {
                if number > 0 { "\u{2002}" }
                Element("span", ["class": "step \(status.cssClass)"]) { status.mark }
                " \(status.rawValue)"
            }
        }
        Element("table", ["class": "ladders"]) {
            Element("tbody") {
                for ladder in ladders {
                    Element("tr") {
                        Element("th", ["scope": "row"]) { ladder.directive }
                        Element("td") { ladder.steps.map(step) }
                        Element("td") { reasons(ladder) }
                    }
                }
            }
        }
    }

    private func step(_ step: Ladder.Step) -> Element {
        let why = step.because.isEmpty ? "" : ": \(step.because)"
        let name = RestrictionWords(step.restriction).name
        let (style, title) = (
            "step \(step.standing.cssClass)", "\(name), \(step.standing.rawValue)\(why)"
        )
        if let anchor = step.trial.flatMap(anchor) {
            return Element("a", ["class": style, "title": title, "href": anchor]) {
                step.standing.mark
            }
        }
        return Element("span", ["class": style, "title": title]) { step.standing.mark }
    }

    /// The furthest step that was taken, and why it does not go further.
    private func reasons(_ ladder: Ladder) -> [Markup] {
        let taken = ladder.steps.filter { $0.standing == .taken }
        let refused = ladder.steps.filter { $0.standing == .refused }
        var parts: [[Markup]] = []
        if let last = taken.last, taken.count == 1 || ladder.steps.count <= 4 {
            parts.append([.element(Element("code") { RestrictionWords(last.restriction).value })])
        } else if !taken.isEmpty {
            parts.append([.text("\(taken.count) of \(ladder.steps.count)")])
        }
        parts += refused.map { step in
            let words = RestrictionWords(step.restriction, because: step.because)
            let what: Phrase =
                words.need.map { "needs \(code: $0)" } ?? "not \(code: words.value)"
            return (what + ": \(step.because.cut(to: 90))").markup(anchor: anchor)
        }
        if taken.isEmpty && refused.isEmpty, let first = ladder.steps.first {
            let why = first.because.isEmpty ? first.standing.rawValue : first.because
            parts.append([.element(Element("span", ["class": "quiet"]) { why })])
        }
        return Array(parts.joined(separator: [.element(Element("br"))]))
    }
}

extension StepStatus {
    /// Told apart without colours too.
    fileprivate var mark: String {
        switch self {
        case .taken: "✓"
        case .refused: "✕"
        case .inForce: "="
        case .untried: "?"
        case .ignored: "○"
        case .leftOut: "–"
        }
    }

    fileprivate var cssClass: String { rawValue.replacing(" ", with: "-") }
}
