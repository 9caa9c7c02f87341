public import Hardening

/// The report of the doctor as people read it: what is wrong first, at most 100 columns.
public struct DoctorText: Sendable {
    public let text: String

    /// - Parameter isColoured: whether the reader's terminal shows colours.
    public init(_ report: DoctorReport, catalogue: Catalogue, isColoured: Bool) {
        let rows = DoctorText.rows(report, catalogue)
        let document = Document(
            opening: DoctorText.head(report) + [
                .paragraph(""), .table(Document.Table(minimum: [1: 11], rows: rows)),
            ], sections: [])
        text = DocumentText(document, isColoured: isColoured).text
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
                DoctorReport.Row.State.allCases.reversed().compactMap { standing in
                    count[standing].map { "\($0) \(standing.words)" }
                }.joined(separator: ", ")
            ),
        ]
        return [
            .paragraph(
                "\("systemd \(report.systemd)", .strong), kernel \(report.kernel), \(place)"),
            .table(Document.Table(rows: facts.map { [$0.0, "\($0.1)"] })),
        ]
    }

    /// The rows of one directive that stand alike and for the same reason are one line.
    private static func rows(_ report: DoctorReport, _ catalogue: Catalogue) -> [[Phrase]] {
        struct Key: Hashable {
            let directive: String
            let standing: DoctorReport.Row.State
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
                isWhole || key.standing == .inForce
                ? key.note
                : "\(values.joined(separator: " "))\(key.note.isEmpty ? "" : ": ")\(key.note)"
            return [
                "\(key.directive)", Phrase(key.standing.words, key.standing.tone), "\(note)",
            ]
        }
    }

    private static func note(_ row: DoctorReport.Row) -> String {
        var parts: [String] = []
        if !row.lacking.isEmpty { parts.append("without \(row.lacking.joined(separator: ", "))") }
        if let because = row.because { parts.append(because) }
        if let cure = row.cure { parts.append(cure) }
        if row.standing == .absent { parts.append("nothing here that it could forbid") }
        return parts.joined(separator: ": ")
    }
}

extension DoctorReport.Row.State {
    fileprivate var words: String {
        self == .failing ? "fails" : rawValue.replacing("-", with: " ")
    }

    fileprivate var tone: Phrase.Tone {
        switch self {
        case .ignored: .bad
        case .inForce: .good
        case .unknown, .absent: .quiet
        case .partly, .failing, .cannotTell: .doubt
        }
    }
}
