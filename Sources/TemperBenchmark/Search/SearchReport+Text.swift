import Foundation

/// The report as a table for people, in Markdown.
extension SearchReport {
    var text: String {
        var lines: [String] = []
        for services in rows.map(\.services).removingRepeats() {
            let rows = rows.filter { $0.services == services }
            let first = rows[0]
            lines += [
                "",
                "## \(services): \(first.instances) services, \(first.conflicts.shown) conflicts, "
                    + "H = \(first.bits.shown) bits, "
                    + "\(first.bitsGivenProfile.shown) with a profile",
                "",
                "| strategy | trials | p95 | rounds | p95 | -b | p95 | maximal | heaviest "
                    + "| exact | to 80 % | to 95 % |",
                "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
            ]
            lines += rows.map(\.line)
        }
        lines += ["", "## Targets", "", "| what | at most | measured | |", "|---|--:|--:|---|"]
        lines += targets.map {
            "| \($0.what) | \($0.limit.precise) | \($0.measured.precise) "
                + "| \($0.isMet ? "met" : "missed") |"
        }
        let reliable = rows.filter(\.hasReliableAnswers)
        let wrong = reliable.reduce(0) { $0 + $1.wrongConflicts }
        let short = reliable.filter { $0.isTemper && $0.maximal < 100 }.count
        lines += [
            "",
            "With reliable answers, Temper reported \(wrong) conflicts that are none, "
                + "and \(short) of its rows are not all maximal.",
        ]
        return lines.dropFirst().joined(separator: "\n")
    }
}

extension SearchReport.Row {
    fileprivate var isTemper: Bool { RivalStrategy(rawValue: strategy) == nil }

    fileprivate var line: String {
        let cells = [
            strategy, trials.mean.shown, trials.p95.shown, rounds.mean.shown, rounds.p95.shown,
            trialsOverBits.mean.shown, trialsOverBits.p95.shown, maximal.percent,
            heaviest.percent, exactConflicts.percent, trialsTo80.shown, trialsTo95.shown,
        ]
        return "| " + cells.joined(separator: " | ") + " |"
    }
}

extension Double {
    fileprivate var shown: String { String(format: "%.1f", self) }
    fileprivate var precise: String { String(format: "%.2f", self) }
    fileprivate var percent: String { String(format: "%.0f %%", self) }
}

extension Array where Element: Hashable {
    fileprivate func removingRepeats() -> [Element] {
        var seen = Set<Element>()
        return filter { seen.insert($0).inserted }
    }
}
