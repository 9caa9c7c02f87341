import Hardening
import Trials

/// A report as one file for a browser: it fetches nothing, needs no script, and follows the
/// reader's choice of light or dark.
public struct ReportHTML: Sendable {
    public let text: String

    public init(_ report: Report) {
        let only = report.units.count == 1 ? report.units.first : nil
        let title =
            only.map { "Hardening of \($0.unit)" } ?? "Hardening of \(report.units.count) units"
        let policy = "default-src 'none'; style-src 'unsafe-inline'"
        var body = "<h1>\(XML.text(title))</h1>\n"
        if only == nil { body += ReportHTML.overview(report) }
        body += report.units.enumerated().map { UnitHTML($0.element, number: $0.offset + 1).text }
            .joined()
        text = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="\(policy)">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>\(XML.text(title))</title>
            <style>
            \(ReportHTML.style)
            </style>
            </head>
            <body>
            <main>
            \(body)<footer>temper \(XML.text(report.temper))</footer>
            </main>
            </body>
            </html>

            """
    }

    private static func overview(_ report: Report) -> String {
        let rows = report.units.enumerated().map { position, unit in
            let result = unit.result
            return "<tr><td><a href=\"#u\(position + 1)\">\(XML.text(unit.unit))</a></td>"
                + "<td>\(result.exposure.before)</td><td>\(result.exposure.after)</td>"
                + "<td>\(result.accepted.count)</td><td>\(result.refused.count)</td></tr>\n"
        }
        return
            "<div class=\"wide\"><table class=\"overview\"><thead><tr><th>unit</th><th>before</th>"
            + "<th>after</th><th>taken</th><th>refused</th></tr></thead><tbody>\n"
            + rows.joined() + "</tbody></table></div>\n"
    }
}

/// The part of one unit.
private struct UnitHTML {
    let report: UnitReport
    let number: Int
    private var result: HardeningResult { report.result }

    init(_ report: UnitReport, number: Int) {
        self.report = report
        self.number = number
    }

    var text: String {
        let parts = [
            headline, warnings, refusals, exceptions, suspicions, ladders, timeline, trials,
            missing, dropIn,
        ]
        return "<section id=\"u\(number)\" class=\"unit\">\n\(parts.joined())</section>\n"
    }

    private func trial(_ trial: Int) -> String {
        report.trials.contains { $0.number == trial }
            ? "<a href=\"#u\(number)t\(trial)\">trial \(trial)</a>" : "trial \(trial)"
    }

    private var headline: String {
        let verified =
            result.dropIn.isEmpty
            ? ""
            : result.verified
                ? "The drop-in was put on the real unit and passed."
                : "<strong>The drop-in was not tried on the real unit.</strong>"
        return "<h2>\(XML.text(report.unit))</h2>\n"
            + ExposureSVG(result.exposure).text
            + "<p>\(result.accepted.count) restrictions taken, \(result.refused.count) refused, in "
            + "\(result.trials) trials and \(Int(result.seconds.rounded())) s. \(verified)</p>\n"
            + "<p class=\"quiet\">Campaign \(report.campaign), "
            + "\(XML.text(report.began)), systemd \(XML.text(result.systemd))</p>\n"
    }

    private var warnings: String {
        result.warnings.isEmpty
            ? ""
            : "<h3>Warnings</h3><ul class=\"warn\">"
                + result.warnings.map { "<li>\(XML.text($0))</li>" }.joined() + "</ul>\n"
    }

    private var refusals: String {
        if report.refusals.isEmpty { return "" }
        return "<h3>Refused, the dearest first</h3>\n" + report.refusals.map(card).joined()
    }

    private func card(_ refusal: RefusedRestriction) -> String {
        let price = refusal.price.map { $0 > 0 ? "costs \($0)" : "costs nothing" } ?? ""
        var text =
            "<details class=\"card\" open><summary><code>\(XML.text(refusal.restriction))</code> "
            + "<span class=\"quiet\">\(price)</span></summary>\n"
            + "<p class=\"quiet\">\(XML.text(refusal.effect)) Shown by \(trial(refusal.trial)).</p>"
        if !refusal.isAlone {
            let others = refusal.conflict.filter { $0 != refusal.restriction }
                .map { "<code>\(XML.text($0))</code>" }.joined(separator: ", ")
            text += "<p>Only together with \(others)."
            text +=
                refusal.instead.map {
                    " Without <code>\(XML.text($0.without))</code> it could be taken: exposure \($0.exposure)."
                }.joined() + "</p>"
        }
        let evidence = refusal.evidence.map { entry in
            "<li class=\"\(entry.certainty.rawValue)\"><b>\(entry.certainty.rawValue)</b> "
                + "\(XML.text(entry.text + Words.groups(entry)))"
                + (entry.trial == refusal.trial ? "" : " (\(trial(entry.trial)))") + "</li>"
        }
        text += "<ul class=\"evidence\">"
        text +=
            evidence.isEmpty
            ? "<li class=\"seen\"><b>seen</b> \(XML.text(refusal.because))</li>" : evidence.joined()
        text += "</ul>"
        if !refusal.advice.isEmpty {
            text += "<ul class=\"advice\">" + refusal.advice.map(advice).joined() + "</ul>"
        }
        return text + "</details>\n"
    }

    private func advice(_ advice: Advice) -> String {
        let settings = advice.settings.map { "<code>\(XML.text($0))</code>" }.joined(separator: " ")
        let standing = advice.triedIn.map { "tried in \(trial($0))" } ?? "not tried"
        return
            "<li>\(XML.text(advice.text))\(advice.settings.isEmpty ? "" : ":") \(settings) <span class=\"quiet\">\(standing)</span></li>"
    }

    private var exceptions: String {
        if result.accommodations.isEmpty && result.preparations.isEmpty { return "" }
        var text = "<h3>Exceptions that the service needs</h3><ul>"
        text +=
            result.accommodations.map { entry in
                "<li><code>\(XML.text(entry.restriction))</code>: "
                    + entry.settings.map { "<code>\(XML.text($0))</code>" }.joined(separator: " ")
                    + (entry.cost > 0 ? " <span class=\"quiet\">costs \(entry.cost)</span>" : "")
                    + "</li>"
            }.joined() + "</ul>\n"
        if !result.preparations.isEmpty {
            text += "<p>Before the drop-in is installed, run once:</p><pre>"
            text += XML.text(result.preparations.joined(separator: "\n")) + "</pre>\n"
        }
        return text
    }

    private var suspicions: String {
        if result.suspicious.isEmpty { return "" }
        return "<h3>Passed, but suspicious</h3><ul>"
            + result.suspicious.map { entry in
                "<li><q>\(XML.text(entry.line))</q> "
                    + entry.restrictions.map { "<code>\(XML.text($0))</code>" }
                    .joined(separator: " ")
                    + " <span class=\"quiet\">\(trial(entry.trial))</span></li>"
            }.joined() + "</ul>\n"
    }

    // MARK: Ladders

    private var ladders: String {
        let legend = Ladder.Standing.allCases.map {
            "<span class=\"step \($0.cssClass)\">\($0.mark)</span> \($0.rawValue)"
        }.joined(separator: "&ensp;")
        let rows = report.ladders.map { ladder in
            "<tr><th scope=\"row\">\(XML.text(ladder.directive))</th><td>"
                + ladder.steps.map(step).joined() + "</td><td>\(reasons(ladder))</td></tr>\n"
        }
        return "<h3>Where each directive stands</h3>\n<p class=\"legend\">\(legend)</p>\n"
            + "<table class=\"ladders\"><tbody>\n" + rows.joined() + "</tbody></table>\n"
    }

    private func step(_ step: Ladder.Step) -> String {
        let why = step.because.isEmpty ? "" : ": \(step.because)"
        let title = XML.text("\(step.restriction), \(step.standing.rawValue)\(why)")
        let attributes = "class=\"step \(step.standing.cssClass)\" title=\"\(title)\""
        guard let trial = step.trial, report.trials.contains(where: { $0.number == trial }) else {
            return "<span \(attributes)>\(step.standing.mark)</span>"
        }
        return "<a \(attributes) href=\"#u\(number)t\(trial)\">\(step.standing.mark)</a>"
    }

    /// The furthest step that was taken, and why it does not go further.
    private func reasons(_ ladder: Ladder) -> String {
        func value(_ step: Ladder.Step) -> String {
            let text = String(step.restriction.dropFirst(ladder.directive.count + 1))
            return text.isEmpty ? "(empty)" : text
        }
        let taken = ladder.steps.filter { $0.standing == .taken }
        let refused = ladder.steps.filter { $0.standing == .refused }
        var parts: [String] = []
        if taken.count == 1 || (ladder.steps.count <= 4 && !taken.isEmpty) {
            parts.append("<code>\(XML.text(taken.last.map(value) ?? ""))</code>")
        } else if !taken.isEmpty {
            parts.append("\(taken.count) of \(ladder.steps.count)")
        }
        parts += refused.map { step in
            let because = step.because.cut(to: 90)
            return "not <code>\(XML.text(value(step)))</code>: \(XML.text(because))"
        }
        if taken.isEmpty && refused.isEmpty, let first = ladder.steps.first {
            let why = first.because.isEmpty ? first.standing.rawValue : first.because
            parts.append("<span class=\"quiet\">\(XML.text(why))</span>")
        }
        return parts.joined(separator: "<br>")
    }

    // MARK: Trials

    private var timeline: String {
        report.trials.isEmpty
            ? ""
            : "<h3>Timeline</h3>\n" + TimelineSVG(report.trials, prefix: "u\(number)t").text
    }

    private var trials: String {
        if report.trials.isEmpty { return "" }
        let unit = XML.text(report.unit)
        return "<h3>Trials</h3>\n" + report.trials.map(entry).joined()
            + "<p class=\"quiet\"><code>temper explain TRIAL --unit \(unit) --campaign "
            + "\(report.campaign)</code> prints the commands that repeat one.</p>\n"
    }

    private func entry(_ trial: TrialEntry) -> String {
        let because = trial.because.isEmpty ? "" : " <span>\(XML.text(trial.because))</span>"
        let restrictions = trial.restrictions.map { "<code>\(XML.text($0))</code>" }
        let seen = trial.observations.map { "<li>\(XML.text($0))</li>" }.joined()
        let list = restrictions.isEmpty ? "No restriction." : restrictions.joined(separator: " ")
        return """
            <details class="trial \(trial.verdict)"><summary><b>\(trial.number)</b> \
            <i>\(trial.verdict)</i> \(XML.text(trial.purpose)) \
            <span class="quiet">\(trial.milliseconds) ms</span>\(because)</summary>
            <div id="u\(number)t\(trial.number)" class="target"><ul>\(seen)</ul>
            <p class="restrictions">\(list)</p></div></details>

            """
    }

    private var missing: String {
        if report.missing.isEmpty { return "" }
        return "<h3>Evidence that this machine does not give</h3><ul>"
            + report.missing.map {
                "<li>\(XML.text("\($0.source): \($0.because); \($0.cure)"))</li>"
            }.joined() + "</ul>\n"
    }

    private var dropIn: String {
        result.dropIn.isEmpty
            ? "" : "<h3>Drop-in</h3>\n<pre>\(XML.text(result.dropIn))</pre>\n"
    }
}

extension Ladder.Standing {
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
