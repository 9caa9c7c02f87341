import Hardening

/// A document to be pasted into a bug report (CommonMark, with the tables of GitHub).
struct DocumentMarkdown {
    private var lines: [String] = []

    init(_ document: Document) {
        for block in document.opening { add(block) }
        for section in document.sections where section.forms.contains(.markdown) {
            lines += ["## \(Markdown.phrase(section.title))", ""]
            for block in section.blocks { add(block) }
        }
    }

    /// Every block ends with an empty line, the last with none.
    var text: String { lines.dropLast().joined(separator: "\n") + "\n" }

    private mutating func add(_ block: Document.Block) {
        switch block {
        case .headline(let unit, let change):
            let (before, after) = (change.from, change.to)
            lines += [
                "# Hardening of \(Markdown.code(unit))", "",
                "Exposure **\(before) \(before.label) → \(after) \(after.label)**", "",
            ]
        case .paragraph(let phrase, _): lines += [Markdown.phrase(phrase), ""]
        case .list(let entries, .cards):
            for entry in entries { card(entry) }
        case .list(let entries, _):
            lines += entries.flatMap(item) + [""]
        case .table(let table): add(table)
        case .code(let text, let language): lines += Markdown.block(text, language) + [""]
        case .ladders, .timeline, .trials: break
        }
    }

    private mutating func card(_ entry: Document.Entry) {
        lines += ["### \(Markdown.phrase(entry.lead))", ""]
        if let note = entry.note { lines += ["\(Markdown.phrase(note))", ""] }
        lines += entry.details.map { "- \(detail($0))" } + [""]
    }

    private func item(_ entry: Document.Entry) -> [String] {
        let body = entry.body.map { ": \(Markdown.phrase($0))" } ?? ""
        let note = entry.note.map { " (\(Markdown.phrase($0)))" } ?? ""
        return ["- \(Markdown.phrase(entry.lead))\(body)\(note)"]
            + entry.details.map { "  - \(detail($0))" }
    }

    private func detail(_ detail: Document.Detail) -> String {
        let mark =
            switch detail.mark {
            case .none: ""
            case .because: "**because** "
            default: "\(detail.mark.rawValue) "
            }
        return mark + Markdown.phrase(detail.text)
    }

    private mutating func add(_ table: Document.Table) {
        func line(_ cells: [String]) -> String { "| \(cells.joined(separator: " | ")) |" }
        let width = table.rows.first?.count ?? table.head.count
        let head = table.head.isEmpty ? Array(repeating: Phrase(), count: width) : table.head
        lines.append(line(head.map(Markdown.phrase)))
        lines.append("|" + String(repeating: "---|", count: width))
        lines += table.rows.map { line($0.map(Markdown.phrase)) } + [""]
    }
}

/// Text that comes from services and must not be read as markup (CommonMark).
enum Markdown {
    static func phrase(_ phrase: Phrase) -> String {
        phrase.runs.map { run in
            switch run {
            case .plain(let text), .toned(let text, _): plain(text)
            case .code(let text), .said(let text), .unit(let text, _): code(text)
            case .trial(let number): "trial \(number)"
            }
        }.joined()
    }

    /// As code, in a fence that is longer than any in it.
    static func code(_ text: String) -> String {
        let line = text.replacing("\n", with: " ")
        if line.isEmpty { return "" }
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
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        return [fence + language] + (lines.last == "" ? lines.dropLast() : lines) + [fence]
    }
}
