import Trials

/// An element of HTML, SVG or XML. Its names are literals, and what it holds is escaped for where
/// it stands, as text or as the value of an attribute; nothing else can be written.
struct Element {
    private let name: String
    private let attributes: [(name: String, value: String)]
    private let content: [Markup]

    /// - Parameter attributes: those without a value are left out.
    init(
        _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String?> = [:],
        @MarkupBuilder content: () -> [Markup] = { [] }
    ) {
        self.name = "\(name)"
        self.attributes = attributes.compactMap { name, value in value.map { ("\(name)", $0) } }
        self.content = content()
    }

    var html: String {
        var text = ""
        writeHTML(to: &text)
        return text
    }

    /// A document of XML 1.0, each element that holds only elements over several lines.
    var xml: String {
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        writeXML(to: &text, margin: "")
        return text
    }

    private var opening: String {
        attributes.reduce("<\(name)") { text, attribute in
            "\(text) \(attribute.name)=\"\(Escape.attribute(attribute.value))\""
        }
    }

    private func writeHTML(to text: inout String) {
        text += opening + ">"
        if Element.void.contains(name) { return }
        for part in content {
            switch part {
            case .text(let words): text += Escape.text(words)
            case .literal(let literal): text += literal
            case .element(let element): element.writeHTML(to: &text)
            }
        }
        text += "</\(name)>" + (Element.blocks.contains(name) ? "\n" : "")
    }

    private func writeXML(to text: inout String, margin: String) {
        text += margin + opening
        defer { text += "\n" }
        if content.isEmpty {
            text += "/>"
            return
        }
        text += ">"
        var holdsElements = false
        for part in content {
            switch part {
            case .text(let words): text += Escape.text(words)
            case .literal(let literal): text += literal
            case .element(let element):
                if !holdsElements { text += "\n" }
                holdsElements = true
                element.writeXML(to: &text, margin: margin + "  ")
            }
        }
        text += (holdsElements ? margin : "") + "</\(name)>"
    }

    /// What HTML writes without an end.
    private static let void: Set = ["br", "meta"]
    /// What a line may end after.
    private static let blocks: Set = [
        "details", "div", "footer", "h1", "h2", "h3", "head", "li", "main", "meta", "ol", "p",
        "pre", "section", "style", "svg", "table", "tbody", "thead", "title", "tr", "ul",
    ]
}

/// What an element holds.
enum Markup {
    case text(String)
    case element(Element)
    /// Our own style sheet, which is no text of HTML.
    case literal(String)

    static func style(_ sheet: StaticString) -> Markup { .literal("\(sheet)") }
}

@resultBuilder enum MarkupBuilder {
    static func buildExpression(_ text: String) -> [Markup] { [.text(text)] }
    static func buildExpression(_ element: Element) -> [Markup] { [.element(element)] }
    static func buildExpression(_ markup: Markup) -> [Markup] { [markup] }
    static func buildExpression(_ parts: [Markup]) -> [Markup] { parts }
    static func buildExpression(_ elements: [Element]) -> [Markup] { elements.map(Markup.element) }
    static func buildBlock(_ parts: [Markup]...) -> [Markup] { parts.flatMap(\.self) }
    static func buildOptional(_ parts: [Markup]?) -> [Markup] { parts ?? [] }
    static func buildEither(first parts: [Markup]) -> [Markup] { parts }
    static func buildEither(second parts: [Markup]) -> [Markup] { parts }
    static func buildArray(_ parts: [[Markup]]) -> [Markup] { parts.flatMap(\.self) }
}

/// What XML 1.0 cannot hold, not even escaped (its production `Char`), becomes U+FFFD, and so does
/// DEL, which HTML cannot hold, and what would turn or hide the text around it.
private enum Escape {
    static func text(_ text: String) -> String { escaped(text, endOfLine: "\n", tab: "\t") }

    /// A reader makes blanks of line ends and tabs in the value of an attribute.
    static func attribute(_ text: String) -> String {
        escaped(text, endOfLine: "&#10;", tab: "&#9;")
    }

    private static func escaped(_ text: String, endOfLine: String, tab: String) -> String {
        text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\n": result += endOfLine
            case "\t": result += tab
            // A reader would make a line end of it.
            case "\r": result += "&#13;"
            case _ where scalar.isCommand, "\u{fffe}", "\u{ffff}":
                result += "\u{fffd}"
            default: result.unicodeScalars.append(scalar)
            }
        }
    }
}
