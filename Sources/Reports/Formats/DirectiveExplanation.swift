public import Hardening

/// What a directive does, what it usually breaks, and its restrictions; at most 100 columns.
public struct DirectiveExplanation: Sendable {
    public let text: String

    public init(_ row: Directive, in catalogue: Catalogue) {
        var about: [Document.Block] = [
            .paragraph("\(row.name)=  (\(row.manual), since systemd \(row.introduced))"),
            .paragraph(""),
        ]
        about += ["\(row.effect)", "Breaks: \(row.breaks)."].map { .list([.init(lead: $0)]) }
        if Catalogue.perService.contains(row.name) {
            let origin =
                "Made for each service from what it was seen to use, which words in capitals "
                + "stand for."
            about.append(.list([.init(lead: "\(origin)")]))
        }
        let rows = row.restrictions.map { restriction -> [Phrase] in
            let notes = DirectiveExplanation.notes(on: restriction, of: row, in: catalogue)
            return [
                "  \(RestrictionWords(restriction.id).name)", "\(notes.joined(separator: "; "))",
            ]
        }
        about += [.paragraph(""), .table(Document.Table(rows: rows))]
        text = DocumentText(Document(opening: about, sections: []), isColoured: false).text
    }

    private static func notes(
        on restriction: Restriction, of row: Directive, in catalogue: Catalogue
    ) -> [String] {
        var notes: [String] = []
        if restriction.introduced > row.introduced {
            notes.append("since systemd \(restriction.introduced)")
        }
        switch restriction.change {
        case .withdraw(let exceptions):
            let grants = exceptions.map { $0.text.replacing("=-", with: "=") }
            notes.append("asks whether it does without \(grants.joined(separator: " "))")
        case .become(let user, _, _): notes.append("tried first: the service as \(user)")
        default: break
        }
        let others = restriction.implies.filter { catalogue[$0]?.directive != row.name }
        if !others.isEmpty {
            notes.append("contains \(others.sorted().joined(separator: ", "))")
        }
        notes += restriction.needs.map(\.cure).sorted()
        if let held = restriction.heldBack { notes.append("not tried by itself: \(held)") }
        return notes
    }
}
