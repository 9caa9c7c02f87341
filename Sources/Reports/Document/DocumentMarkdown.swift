import Hardening
import Trials

/// A document to be pasted into a bug report (CommonMark, with the tables of GitHub).
struct DocumentMarkdown {
    private var lines: [String] = []

    init(_ document: Document) {
        for block in document.opening { add(block) }
        for section in document.sections {
            lines += ["## \(Markdown.phrase(section.title))", ""]
            for block in section.blocks { add(block) }
        }
    }

    /// Every block ends with an empty line, the last with none.
    var text: String { lines.dropLast().joined(separator: "\n") + "\n" }

    private mutating func add(_ block: Document.Block) {
        switch block {
        case .headline(let unit, let change, let ways):
            let (before, after) = (change.from, change.to)
            lines += [
                "# Hardening of \(Markdown.code(unit))", "",
                "Exposure **\(before) \(before.label) → \(after) \(after.label)**"
                    + (ways.map { ", ways to root **\($0.toRootBefore) → \($0.toRootAfter)**" }
                        ?? ""),
                "",
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
        lines.append(line(head.map(Markdown.cell)))
        lines.append("|" + String(repeating: "---|", count: width))
        lines += table.rows.map { line($0.map(Markdown.cell)) } + [""]
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

    /// In a cell of a table a bar ends the cell, in code as well (GitHub's extension).
    static func cell(_ phrase: Phrase) -> String {
        phrase.runs.map { run in
            let text = self.phrase(Phrase([run]))
            return switch run {
            case .code, .said, .unit: text.withoutBars
            case .plain, .toned, .trial: text
            }
        }.joined()
    }

    /// As code, in a fence that is longer than any in it.
    static func code(_ text: String) -> String {
        let line = text.inOneLine
        if line.isEmpty { return "" }
        let fence = line.fence(atLeast: 1)
        // By scalars: for a reader a mark that joins it leaves a backtick what it is.
        let ends = [line.unicodeScalars.first, line.unicodeScalars.last]
        let gap = ends.contains("`") ? " " : ""
        return fence + gap + line + gap + fence
    }

    /// As words: what would be markup is escaped.
    static func plain(_ text: String) -> String {
        text.inOneLine.unicodeScalars.reduce(into: "") { result, scalar in
            if "\\`*_[]<>#|&~".unicodeScalars.contains(scalar) { result.append("\\") }
            result.unicodeScalars.append(scalar)
        }
    }

    static func block(_ text: String, _ language: String) -> [String] {
        let text = text.visible()
        let fence = text.fence(atLeast: 3)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        return [fence + language] + (lines.last == "" ? lines.dropLast() : lines) + [fence]
    }
}

extension String {
    /// With each bar escaped that is not, as a table's reader counts backslashes.
    fileprivate var withoutBars: String {
        var isEscaped = false
        return unicodeScalars.reduce(into: "") { result, scalar in
            if scalar == "|" && !isEscaped { result += "\\" }
            isEscaped = scalar == "\\" && !isEscaped
            result.unicodeScalars.append(scalar)
        }
    }

    /// Longer than any row of backticks in it.
    fileprivate func fence(atLeast length: Int) -> String {
        let rows = unicodeScalars.split { $0 != "`" }.map(\.count)
        return String(repeating: "`", count: max(length, (rows.max() ?? 0) + 1))
    }

    /// Without line ends, and without what a reader would not see.
    fileprivate var inOneLine: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map { "\n\t".unicodeScalars.contains($0) ? " " : $0 })
        )
        .visible(keeping: [])
    }
}
