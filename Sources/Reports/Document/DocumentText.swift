import Hardening

/// A document on a terminal, at most so wide; only code may be wider.
struct DocumentText {
    private let paint: Paint
    private let width: Int
    private(set) var lines: [String] = []

    /// - Parameters:
    ///   - isTight: whether sections follow each other without an empty line.
    ///   - width: columns.
    init(_ document: Document, isColoured: Bool, isTight: Bool = false, width: Int = 100) {
        paint = Paint(isOn: isColoured)
        self.width = width
        for block in document.opening { add(block, indent: 0) }
        for section in document.sections {
            if !isTight { lines.append("") }
            add(section.title, first: "", next: "  ")
            let last = section.most.map { lines.count + $0 }
            for block in section.blocks { add(block, indent: 2, until: last) }
        }
    }

    var text: String { lines.joined(separator: "\n") + "\n" }

    /// - Parameter last: how many lines there may be then; what is left out is counted.
    private mutating func add(_ block: Document.Block, indent: Int, until last: Int? = nil) {
        let margin = String(repeating: " ", count: indent)
        switch block {
        case .headline(let unit, let change, let ways): headline(unit, change, ways)
        case .paragraph(let phrase, _) where phrase.isEmpty: lines.append("")
        case .paragraph(let phrase, let tone):
            add(phrase, tone, first: margin, next: margin)
        case .list(let entries, let style): list(entries, style, until: last)
        case .table(let table): add(table, margin)
        case .code(let text, _):
            lines += text.split(separator: "\n", omittingEmptySubsequences: false)
                .reversed().drop(while: \.isEmpty).reversed()
                .map { $0.hasPrefix("#") ? paint($0, .quiet, margin) : paint($0, nil, margin) }
            if let last, lines.count > last {
                let more = paint("and \(lines.count - last + 1) more", .quiet, margin)
                lines.replaceSubrange((last - 1)..., with: [more])
            }
        case .ladders, .timeline, .trials: break
        }
    }

    /// Wrapped behind a beginning; what does not fit stands behind another.
    private mutating func add(
        _ phrase: Phrase, _ tone: Phrase.Tone? = nil, first: String, next: String
    ) {
        let wrapped = paint.wrapped(
            phrase, tone, to: width - max(first.count, next.count))
        for (number, line) in wrapped.enumerated() {
            lines.append((number == 0 ? first : next) + line)
        }
    }

    private mutating func headline(
        _ unit: String, _ change: HardeningResult.ExposureChange, _ ways: WaysOutChange?
    ) {
        let (before, after) = (change.from, change.to)
        let roots = ways.map { ways -> Phrase in
            let after = ways.toRootAfter
            return
                ", ways to root \(ways.toRootBefore) → \("\(after)", after == 0 ? .strong : .bad)"
        }
        add(
            "\(unit, .strong)  exposure \(before) \(before.label) → "
                + Phrase("\(after) \(after.label)", .strong) + (roots ?? ""),
            first: "", next: "  ")
        let width = min(50, width)
        let (left, gone) = (after.tenths * width / 100, before.tenths * width / 100)
        lines.append(
            paint(String(repeating: "█", count: left), .bad)
                + paint(String(repeating: "░", count: max(0, gone - left)), .good)
                + paint(String(repeating: "·", count: max(0, width - max(gone, left))), .quiet))
    }

    // MARK: Lists

    private mutating func list(
        _ entries: [Document.Entry], _ style: Document.Style, until last: Int? = nil
    ) {
        let width = min(46, entries.map(\.lead.text.count).max() ?? 0)
        for (number, entry) in entries.enumerated() {
            let before = lines.count
            switch style {
            case .bullets: add(entry.lead, first: "  - ", next: "    ")
            case .plain: plain(entry)
            case .columns: atEdge(entry, width: width)
            case .cards: atEdge(entry, width: 0)
            }
            for detail in entry.details { add(detail) }
            let left = entries.count - number
            if let last, number > 0, lines.count + (left > 1 ? 1 : 0) > last {
                lines.removeSubrange(before...)
                return lines.append(paint("and \(left) more", .quiet, "  "))
            }
        }
    }

    private mutating func plain(_ entry: Document.Entry) {
        guard let note = entry.note else {
            return add(entry.lead, first: "  ", next: "      ")
        }
        if entry.lead.text.count + note.text.count <= width - 4 {
            add(entry.lead, first: "  ", next: "  ")
            lines[lines.count - 1] += "  " + paint(note.text, .quiet)
        } else {
            add(entry.lead, first: "  ", next: "  ")
            add(note, .quiet, first: "      ", next: "      ")
        }
    }

    private mutating func atEdge(_ entry: Document.Entry, width: Int) {
        let note = entry.note?.text ?? ""
        let deeper = String(repeating: " ", count: 6)
        if entry.lead.text.count + note.count + 6 > self.width {
            add(entry.lead, first: "  ", next: deeper)
            if let body = entry.body { add(body, first: deeper, next: deeper) }
            return add(entry.note ?? "", .quiet, first: deeper, next: deeper)
        }
        let lead = entry.lead.text.padded(to: min(width, self.width - note.count - 6))
        let room = self.width - lead.count - note.count - 6
        let body = entry.body?.text ?? ""
        let shown = body.count <= room ? body : ""
        let gap = String(repeating: " ", count: max(0, room - shown.count))
        lines.append(
            "  \(paint(entry.lead))\(lead.dropFirst(entry.lead.text.count))  \(paint(shown, nil))\(gap)  "
                + paint(note, .quiet))
        if let all = entry.body, shown.isEmpty { add(all, first: deeper, next: deeper) }
    }

    private mutating func add(_ detail: Document.Detail) {
        let mark =
            switch detail.mark {
            case .none: ""
            case .advice: "→ "
            default: detail.mark.rawValue.padded(to: 8)
            }
        let margin = String(repeating: " ", count: 6)
        add(
            detail.text, detail.tone, first: margin + mark,
            next: margin + String(repeating: " ", count: mark.count))
    }

    // MARK: Tables

    private mutating func add(_ table: Document.Table, _ margin: String) {
        let all = (table.head.isEmpty ? [] : [table.head]) + table.rows
        let last = (all.map(\.count).max() ?? 1) - 1
        let widths = (0..<last).map { column in
            max(table.minimum[column] ?? 0, min(46, all.map { $0[column].text.count }.max() ?? 0))
        }
        let left = margin.count + widths.reduce(0) { $0 + $1 + 2 }
        for (number, row) in all.enumerated() {
            let isHead = number == 0 && !table.head.isEmpty
            var line = margin
            for (column, width) in widths.enumerated() {
                let cell = row[column]
                let gap = String(repeating: " ", count: max(0, width - cell.text.count))
                let words = isHead ? paint(cell.text, .strong) : paint(cell, width: width)
                line += table.rightAligned.contains(column) ? gap + words : words + gap
                line += "  "
            }
            let cells = paint.wrapped(row[last], isHead ? .strong : nil, to: max(20, width - left))
            lines.append(cells.isEmpty ? line.trimmedAtEnd : line + cells[0])
            lines += cells.dropFirst().map { String(repeating: " ", count: left) + $0 }
        }
    }
}
