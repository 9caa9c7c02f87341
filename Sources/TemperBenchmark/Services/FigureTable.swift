import Foundation
import Reports

/// The figures as a table: one line for each service, printed as soon as it is known. `first` is
/// how many trials the first version of the search took.
enum FigureTable {
    private struct Column {
        let title: String
        let width: Int
        let value: @Sendable (Subject, HardeningResult) -> String
    }

    private static let columns: [Column] = [
        Column(title: "shipped", width: 7) { _, result in "\(result.exposure.before)" },
        Column(title: "reached", width: 7) { _, result in "\(result.exposure.after)" },
        Column(title: "aim", width: 4) { subject, _ in subject.aim.map { "\($0)" } ?? "-" },
        Column(title: "trials", width: 6) { _, result in "\(result.copyTrials)" },
        Column(title: "first", width: 5) { subject, _ in
            subject.firstVersion.map(String.init) ?? "-"
        },
        Column(title: "seconds", width: 7) { _, result in
            String(format: "%.0f", result.seconds)
        },
        Column(title: "taken", width: 5) { _, result in "\(result.accepted.count)" },
        Column(title: "refused", width: 7) { _, result in "\(result.refused.count)" },
        Column(title: "exceptions", width: 10) { _, result in
            "\(result.accommodations.reduce(0) { $0 + $1.settings.count })"
        },
        Column(title: "suspicious", width: 10) { _, result in "\(result.suspicious.count)" },
        Column(title: "ignored", width: 7) { _, result in "\(result.ignored.count)" },
        Column(title: "warnings", width: 8) { _, result in "\(result.warnings.count)" },
        Column(title: "real unit", width: 9) { _, result in
            result.verified ? "passed" : "not tried"
        },
    ]

    private static let nameWidth = 14

    static var header: String {
        line("service", columns.map { ($0.title, $0.width) })
    }

    static func row(_ subject: Subject, _ result: HardeningResult) -> String {
        line(subject.name, columns.map { ($0.value(subject, result), $0.width) })
    }

    /// The first line of what went wrong; the rest tells how to see it by hand.
    static func row(_ subject: Subject, failure: String) -> String {
        let first = failure.split(separator: "\n").first.map(String.init) ?? failure
        return subject.name.column(nameWidth) + "  " + first
    }

    private static func line(_ name: String, _ cells: [(text: String, width: Int)]) -> String {
        name.column(nameWidth)
            + cells.map { text, width in
                "  " + String(repeating: " ", count: max(0, width - text.count)) + text
            }.joined()
    }
}
