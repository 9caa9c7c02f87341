/// A report as people read it on a terminal: from the most important down.
public struct ReportText: Sendable {
    public let text: String

    /// One unit in full.
    public init(_ report: UnitReport, isColoured: Bool, width: Int = 100) {
        let hint: Document.Block = .paragraph(
            "temper explain TRIAL --unit \(report.unit) shows a trial and how to repeat it", .quiet)
        text = ReportText.text(Document(report), hint, isColoured, width)
    }

    /// All units, a line each.
    public init(overview report: Report, isColoured: Bool, width: Int = 100) {
        let hint: Document.Block = .paragraph(
            "temper report UNIT tells why each was refused", .quiet)
        text = ReportText.text(Document(overview: report), hint, isColoured, width)
    }

    /// With what to ask next.
    private static func text(
        _ document: Document, _ hint: Document.Block, _ isColoured: Bool, _ width: Int
    ) -> String {
        let next = Document(opening: [hint], sections: [])
        return DocumentText(document, isColoured: isColoured, width: width).text + "\n"
            + DocumentText(next, isColoured: isColoured, width: width).text
    }
}

/// A report to be pasted into a bug report.
public struct ReportMarkdown: Sendable {
    public let text: String

    public init(_ report: UnitReport) { text = DocumentMarkdown(Document(report)).text }

    public init(overview report: Report) {
        text = DocumentMarkdown(Document(overview: report)).text
    }
}

/// A report as one file for a browser: it fetches nothing, needs no script, and follows the
/// reader's choice of light or dark.
public struct ReportHTML: Sendable {
    public let text: String

    public init(_ report: Report) {
        let only = report.units.count == 1 ? report.units.first : nil
        let title =
            only.map { "Hardening of \($0.unit)" } ?? "Hardening of \(report.units.count) units"
        let page = Element("html", ["lang": "en"]) {
            Element("head") {
                Element("meta", ["charset": "utf-8"])
                Element(
                    "meta",
                    [
                        "http-equiv": "Content-Security-Policy",
                        "content": "default-src 'none'; style-src 'unsafe-inline'",
                    ])
                Element(
                    "meta",
                    ["name": "viewport", "content": "width=device-width, initial-scale=1"])
                Element("meta", ["name": "color-scheme", "content": "light dark"])
                Element("title") { title }
                Element("style") { Markup.style(ReportHTML.style) }
            }
            Element("body") {
                Element("main") {
                    Element("h1") { title }
                    if only == nil { DocumentHTML(Document(overview: report)).markup }
                    for (number, unit) in report.units.enumerated() {
                        Element("section", ["id": "u\(number + 1)", "class": "unit"]) {
                            DocumentHTML(
                                Document(page: unit), position: number + 1,
                                isTitled: only == nil
                            ).markup
                        }
                    }
                    Element("footer") { "temper \(report.temper)" }
                }
            }
        }
        text = "<!doctype html>\n\(page.html)\n"
    }
}
