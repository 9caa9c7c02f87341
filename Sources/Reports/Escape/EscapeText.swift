import WaysOut

/// The ways out of a sandbox as people read them: what is open first, what leads to root before the
/// rest; at most 100 columns.
public struct EscapeText: Sendable {
    public let text: String

    /// - Parameter isColoured: whether the reader's terminal shows colours.
    public init(_ report: EscapeReport, isColoured: Bool) {
        let open = report.ways.filter { $0.state == .open }
        var sections: [Document.Section] = []
        for gain in WayOut.Gain.allCases {
            let ways = open.filter { $0.gain == gain }
            if ways.isEmpty { continue }
            sections.append(
                Document.Section(
                    "\(gain.words)",
                    [
                        .list(
                            ways.map { way in
                                Document.Entry(
                                    lead: Phrase(way.what, gain == .root ? .bad : .doubt),
                                    details: [
                                        .init(.none, "seen: \(way.targets.joined(separator: " "))"),
                                        .init(
                                            .none,
                                            "closed by \(way.closedBy.joined(separator: ", or "))"),
                                    ])
                            })
                    ]))
        }
        for (state, title) in [
            (EscapeReport.State.closed, "Closed"), (.absent, "Nothing here to try it on"),
            (.untold, "Not to be seen in a lab"),
        ] {
            let ways = report.ways.filter { $0.state == state }
            if ways.isEmpty { continue }
            sections.append(
                Document.Section(
                    "\(title)",
                    [.paragraph("\(ways.map(\.way).joined(separator: " "))", .quiet)]))
        }
        let root = report.openToRoot
        let document = Document(
            opening: [
                .paragraph(
                    "\(report.unit, .strong)  exposure \(report.exposure), ways to root \("\(root)", root == 0 ? .good : .bad), other ways out \(open.count - root)"
                )
            ], sections: sections)
        text = DocumentText(document, isColoured: isColoured).text
    }
}

extension WayOut.Gain {
    /// Behind what is done.
    var leadsTo: String {
        switch self {
        case .root: "leads to root"
        case .service: "leads to other services"
        case .people: "leads to what people keep"
        case .kernel: "leads deeper into the kernel"
        case .denial: "hinders others"
        }
    }

    /// As a heading.
    var words: String {
        switch self {
        case .root: "Open, and lead to root"
        case .service: "Open, and lead to other services"
        case .people: "Open, and lead to what people keep"
        case .kernel: "Open, and lead deeper into the kernel"
        case .denial: "Open, and hinder others"
        }
    }
}
