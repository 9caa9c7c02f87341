import Hardening
import Trials

/// A report as people read it on a terminal: from the most important down, at most 100 columns.
public struct ReportText: Sendable {
    public let text: String

    /// One unit in full.
    public init(_ report: UnitReport, isColoured: Bool) {
        let paint = Paint(isOn: isColoured)
        var lines = TextReport.headline(report.result, paint)
        lines.append(
            paint.dim(
                "campaign \(report.campaign), \(report.began), systemd \(report.result.systemd)"))
        lines += TextReport.warnings(report.result, paint)
        lines += ReportText.refusals(report, paint)
        lines += TextReport.accommodations(report.result, paint)
        lines += TextReport.suspicions(report.result, paint)
        lines += ReportText.missing(report, paint)
        lines += ReportText.ladders(report, paint)
        lines += TextReport.asides(report.result, paint)
        lines += TextReport.dropIn(report.result, paint)
        lines += [
            "",
            paint.dim(
                "temper explain TRIAL --unit \(report.unit) shows a trial and how to repeat it"),
        ]
        text = lines.joined(separator: "\n") + "\n"
    }

    /// All units, a line each.
    public init(overview report: Report, isColoured: Bool) {
        let paint = Paint(isOn: isColoured)
        let width = min(40, report.units.map(\.unit.count).max() ?? 0)
        var lines = [
            paint.bold(
                "\("unit".padded(to: width))  before  after  taken  refused  dearest refusal")
        ]
        for unit in report.units {
            let result = unit.result
            let dearest = unit.refusals.max { ($0.price ?? 0) < ($1.price ?? 0) }
            let cells = [
                unit.unit.cut(to: width).padded(to: width),
                "\(result.exposure.before)".leftPadded(6),
                "\(result.exposure.after)".leftPadded(5),
                "\(result.accepted.count)".leftPadded(5),
                "\(result.refused.count)".leftPadded(7), dearest?.restriction ?? "-",
            ]
            lines.append(cells.joined(separator: "  ").cut(to: 100))
        }
        lines += ["", paint.dim("temper report UNIT tells why each was refused")]
        text = lines.joined(separator: "\n") + "\n"
    }

    // MARK: Parts

    private static func refusals(_ report: UnitReport, _ paint: Paint) -> [String] {
        if report.refusals.isEmpty { return [] }
        return ["", paint.bold("Refused, the dearest first")]
            + report.refusals.flatMap { refusal(_: $0, paint) }
    }

    private static func refusal(_ refusal: RefusedRestriction, _ paint: Paint) -> [String] {
        let price = refusal.price.map { $0 > 0 ? "costs \($0) of exposure" : "costs nothing" }
        let notes = [price, "trial \(refusal.trial)"].compactMap { $0 }.joined(separator: ", ")
        let room = max(1, 98 - refusal.restriction.count - notes.count)
        var lines = [
            "  \(paint.bold(refusal.restriction))\(String(repeating: " ", count: room))"
                + paint.dim(notes)
        ]
        if !refusal.isAlone {
            let others = refusal.conflict.filter { $0 != refusal.restriction }
            lines += hanging("only together with ", others.joined(separator: ", "))
            lines += refusal.instead.flatMap {
                hanging("or ", "take it without \($0.without): exposure \($0.exposure)")
            }
        }
        // How it ended and what the probe said stand under what explains them.
        for evidence in refusal.evidence.prefix(6) {
            let mark =
                switch evidence.certainty {
                case .certain: "because "
                case .likely: "perhaps "
                case .seen: "saw     "
                }
            let trial = evidence.trial == refusal.trial ? "" : " (trial \(evidence.trial))"
            lines += hanging(mark, evidence.text + Words.groups(evidence) + trial)
        }
        if refusal.evidence.isEmpty { lines += hanging("saw     ", refusal.because) }
        for advice in refusal.advice {
            let settings = advice.settings.isEmpty ? "" : ": " + Words.lines(advice.settings)
            lines += hanging("→ ", "\(advice.text)\(settings) (\(advice.standing))")
        }
        return lines
    }

    private static func missing(_ report: UnitReport, _ paint: Paint) -> [String] {
        if report.missing.isEmpty { return [] }
        return ["", paint.yellow("Evidence that this machine does not give")]
            + report.missing.flatMap { source in
                source.source.wrapped(to: 96).map { "  \($0)" }
                    + "\(source.because); \(source.cure)".wrapped(to: 94).map {
                        paint.dim("      \($0)")
                    }
            }
    }

    /// Where each directive stands that was not taken as far as it goes; the rest in a line.
    private static func ladders(_ report: UnitReport, _ paint: Paint) -> [String] {
        let partly = report.ladders.filter { ladder in
            ladder.steps.contains { $0.standing == .taken }
                && ladder.steps.contains { $0.standing == .refused }
        }
        if partly.isEmpty { return [] }
        return ["", paint.bold("Taken in part")]
            + partly.flatMap { ladder -> [String] in
                let refused = ladder.steps.filter { $0.standing == .refused }
                    .map { $0.restriction.dropFirst(ladder.directive.count + 1) }
                let taken = ladder.steps.count { $0.standing == .taken }
                return hanging(
                    "",
                    "\(ladder.directive): \(taken) of \(ladder.steps.count) steps, not "
                        + refused.joined(separator: " "), indent: 2)
            }
    }

    private static func hanging(_ mark: String, _ text: String, indent: Int = 6) -> [String] {
        let margin = String(repeating: " ", count: indent)
        return TextReport.hanging(margin + mark, text, width: indent + mark.count)
    }
}

/// Words that several forms of a report have in common.
enum Words {
    /// The groups that hold a denied call.
    static func groups(_ evidence: Evidence) -> String {
        guard let groups = evidence.groups, !groups.isEmpty else { return "" }
        return " (the call is in \(groups.prefix(3).joined(separator: ", ")))"
    }

    /// Settings as one line.
    static func lines(_ settings: [String]) -> String { settings.joined(separator: " + ") }
}

extension String {
    func leftPadded(_ width: Int) -> String {
        count >= width ? self : String(repeating: " ", count: width - count) + self
    }
}
