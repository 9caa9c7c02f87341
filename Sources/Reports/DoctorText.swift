public import Hardening

/// The report of the doctor as people read it: what is wrong first, at most 100 columns.
public struct DoctorText: Sendable {
    public let text: String

    /// - Parameter isColoured: whether the reader's terminal shows colours.
    public init(_ report: DoctorReport, catalogue: Catalogue, isColoured: Bool) {
        let rows = DoctorText.groups(report, catalogue).map { group -> [Phrase] in
            [
                "\(group.name)",
                Phrase(DoctorText.word(group.standing), DoctorText.tone(group.standing)),
                "\(group.note)",
            ]
        }
        let document = Document(
            opening: DoctorText.head(report) + [
                .paragraph(""), .table(Document.Table(minimum: [1: 11], rows: rows)),
            ], sections: [])
        text = DocumentText(document, isColoured: isColoured).text
    }

    private static func word(_ standing: String) -> String {
        let words = ["in-force": "in force", "failing": "fails", "cannot-tell": "cannot tell"]
        return words[standing] ?? standing
    }

    private static func tone(_ standing: String) -> Phrase.Tone {
        switch standing {
        case "ignored": .bad
        case "in-force": .good
        case "unknown", "absent": .quiet
        default: .doubt
        }
    }

    private static func head(_ report: DoctorReport) -> [Document.Block] {
        let place = report.root.map { "in a lab of \($0)" } ?? "on this machine"
        let count = Dictionary(grouping: report.restrictions, by: \.standing).mapValues(\.count)
        let modules =
            report.securityModules.isEmpty
            ? "security modules unknown" : report.securityModules.joined(separator: ", ")
        let facts: [(Phrase, String)] = [
            ("built with", report.features.joined(separator: " ")), ("modules", modules),
            (
                "PID 1",
                report.systemdIsPIDOne
                    ? "systemd" : "not systemd on this machine: trials run in a lab only"
            ),
            (
                "evidence",
                "audit records \(report.evidence.audit ? "yes" : "no"), "
                    + "BPF programs \(report.evidence.programs ? "yes" : "no")"
            ),
            (
                "restrictions",
                DoctorReport.Row.order.reversed().compactMap { standing in
                    count[standing].map { "\($0) \(word(standing))" }
                }.joined(separator: ", ")
            ),
        ]
        return [
            .paragraph(
                "\("systemd \(report.systemd)", .strong), kernel \(report.kernel), \(place)"),
            .table(Document.Table(rows: facts.map { [$0.0, "\($0.1)"] })),
        ]
    }

    private struct Group {
        let name: String
        let standing: String
        let note: String
    }

    /// The rows of one directive that stand alike and for the same reason are one line.
    private static func groups(_ report: DoctorReport, _ catalogue: Catalogue) -> [Group] {
        struct Key: Hashable {
            let directive: String
            let standing: String
            let note: String
        }
        var order: [Key] = []
        var members: [Key: [String]] = [:]
        for row in report.restrictions {
            let key = Key(
                directive: row.directive, standing: row.standing, note: note(row))
            if members[key] == nil { order.append(key) }
            members[key, default: []].append(row.restriction)
        }
        return order.map { key in
            let ids = members[key] ?? []
            let isWhole = ids.count == catalogue.directive(key.directive)?.restrictions.count
            let values = ids.map { $0.dropFirst(key.directive.count + 1) }
            let note =
                isWhole || key.standing == "in-force"
                ? key.note
                : "\(values.joined(separator: " "))\(key.note.isEmpty ? "" : ": ")\(key.note)"
            return Group(name: key.directive, standing: key.standing, note: note)
        }
    }

    private static func note(_ row: DoctorReport.Row) -> String {
        var parts: [String] = []
        if !row.lacking.isEmpty { parts.append("without \(row.lacking.joined(separator: ", "))") }
        if let because = row.because { parts.append(because) }
        if let cure = row.cure { parts.append(cure) }
        if row.standing == "absent" { parts.append("nothing here that it could forbid") }
        return parts.joined(separator: ": ")
    }
}
