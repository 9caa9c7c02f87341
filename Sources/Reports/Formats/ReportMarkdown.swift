import Hardening
import Trials

/// A report to be pasted into a bug report.
public struct ReportMarkdown: Sendable {
    public let text: String

    public init(_ report: UnitReport) {
        let result = report.result
        let (before, after) = (Exposure(result.exposure.before), Exposure(result.exposure.after))
        var lines = [
            "# Hardening of `\(report.unit)`", "",
            "Exposure **\(before) \(before.label) → \(after) \(after.label)**: "
                + "\(result.accepted.count) restrictions taken, \(result.refused.count) refused, in "
                + "\(result.trials) trials (temper, campaign \(report.campaign), \(report.began)).",
            "",
            "systemd \(result.systemd). "
                + (result.verified
                    ? "The drop-in was put on the real unit and passed."
                    : "The drop-in was not tried on the real unit."),
        ]
        if !result.warnings.isEmpty {
            lines += ["", "## Warnings", ""] + result.warnings.map { "- \(Markdown.plain($0))" }
        }
        if !report.refusals.isEmpty {
            lines += ["", "## Refused"]
            lines += report.refusals.flatMap(ReportMarkdown.refusal)
        }
        if !result.accommodations.isEmpty {
            lines += ["", "## Exceptions that the service needs", ""]
            lines += result.accommodations.map { entry in
                "- `\(entry.restriction)`: \(entry.settings.map { "`\($0)`" }.joined(separator: ", "))"
                    + (entry.cost > 0 ? " (costs \(entry.cost))" : "")
            }
        }
        if !result.suspicious.isEmpty {
            lines += ["", "## Passed, but suspicious", ""]
            lines += result.suspicious.map { suspicion in
                "- \(Markdown.code(suspicion.line))"
                    + (suspicion.restrictions.isEmpty
                        ? ""
                        : " with \(suspicion.restrictions.map { "`\($0)`" }.joined(separator: ", "))")
                    + ", trial \(suspicion.trial)"
            }
        }
        if !report.missing.isEmpty {
            lines += ["", "## Evidence that this machine does not give", ""]
            lines += report.missing.map {
                "- \(Markdown.plain("\($0.source): \($0.because); \($0.cure)"))"
            }
        }
        if !result.dropIn.isEmpty {
            lines += ["", "## Drop-in", ""] + Markdown.block(result.dropIn, "ini")
        }
        text = lines.joined(separator: "\n") + "\n"
    }

    public init(overview report: Report) {
        var lines = [
            "| unit | before | after | taken | refused | dearest refusal |",
            "|---|---|---|---|---|---|",
        ]
        for unit in report.units {
            let dearest = unit.refusals.max { ($0.price ?? 0) < ($1.price ?? 0) }?.restriction
            lines.append(
                "| `\(unit.unit)` | \(unit.result.exposure.before) | \(unit.result.exposure.after) "
                    + "| \(unit.result.accepted.count) | \(unit.result.refused.count) "
                    + "| \(dearest.map { "`\($0)`" } ?? "") |")
        }
        text = lines.joined(separator: "\n") + "\n"
    }

    private static func refusal(_ refusal: RefusedRestriction) -> [String] {
        let price = refusal.price.map { $0 > 0 ? ", costs \($0) of exposure" : "" } ?? ""
        var lines = ["", "### `\(refusal.restriction)`", "", "Trial \(refusal.trial)\(price)."]
        if !refusal.isAlone {
            let others = refusal.conflict.filter { $0 != refusal.restriction }
            lines[3] += " Only together with \(others.map { "`\($0)`" }.joined(separator: ", "))."
        }
        lines.append("")
        lines += refusal.evidence.prefix(8).map { evidence in
            let mark =
                switch evidence.certainty {
                case .certain: "**because**"
                case .likely: "perhaps"
                case .seen: "saw"
                }
            return "- \(mark) \(Markdown.code(evidence.text))\(Words.groups(evidence))"
                + (evidence.trial == refusal.trial ? "" : " (trial \(evidence.trial))")
        }
        if refusal.evidence.isEmpty { lines.append("- saw \(Markdown.code(refusal.because))") }
        lines += refusal.advice.map { advice in
            let settings = advice.settings.map { "`\($0)`" }.joined(separator: ", ")
            return "- → \(Markdown.plain(advice.text))\(settings.isEmpty ? "" : ": \(settings)") "
                + "(\(advice.standing))"
        }
        return lines
    }
}

/// Text that comes from services and must not be read as markup (CommonMark).
enum Markdown {
    /// As code, in a fence that is longer than any in it.
    static func code(_ text: String) -> String {
        let line = text.replacing("\n", with: " ")
        var fence = "`"
        while line.contains(fence) { fence += "`" }
        let gap = line.hasPrefix("`") || line.hasSuffix("`") ? " " : ""
        return fence + gap + line + gap + fence
    }

    /// As words: what would be markup is escaped.
    static func plain(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            if "\\`*_[]<>#|".contains(character) { result.append("\\") }
            result.append(character == "\n" ? " " : character)
        }
    }

    static func block(_ text: String, _ language: String) -> [String] {
        var fence = "```"
        while text.contains(fence) { fence += "`" }
        return [fence + language]
            + text.split(separator: "\n", omittingEmptySubsequences: false)
            .dropLast().map(String.init) + [fence]
    }
}
