import Hardening

/// A document as a part of a page.
struct DocumentHTML {
    private let document: Document
    /// The position of the unit in the page, from 1, which its anchors begin with.
    private let position: Int
    /// The trials that have an anchor.
    private let anchored: Set<Int>
    /// Whether it tells the unit's name, which else the page's own title does.
    private let isTitled: Bool

    init(_ document: Document, position: Int = 1, isTitled: Bool = true) {
        self.document = document
        self.position = position
        self.isTitled = isTitled
        anchored = Set(
            document.sections.flatMap(\.blocks).flatMap { block in
                if case .trials(let trials) = block { trials.map(\.number) } else { [Int]() }
            })
    }

    @MarkupBuilder var markup: [Markup] {
        for block in document.opening { self.block(block) }
        let anchors = anchors
        if anchors.count > 1 {
            Element("nav") {
                for (section, anchor) in zip(document.sections, anchors) {
                    Element("a", ["href": "#\(anchor)"]) { Self.brief(section.title) }
                    " "
                }
            }
        }
        for (section, anchor) in zip(document.sections, anchors) {
            Element("h3", ["id": anchor]) { phrase(section.title) }
            for block in section.blocks { self.block(block) }
        }
    }

    /// One for each section, `u1-refused`, which is the same in every report that has it.
    private var anchors: [String] {
        var count: [String: Int] = [:]
        return document.sections.map { section in
            let words = Self.brief(section.title).lowercased().split { !$0.isASCII || !$0.isLetter }
            let name = words.joined(separator: "-")
            count[name, default: 0] += 1
            let number = count[name, default: 1]
            return "u\(position)-\(name)\(number > 1 ? "-\(number)" : "")"
        }
    }

    /// A title without what follows its first words.
    private static func brief(_ title: Phrase) -> String {
        title.text.prefix { !":,(".contains($0) }.split(separator: " ").joined(separator: " ")
    }

    @MarkupBuilder private func block(_ block: Document.Block) -> [Markup] {
        switch block {
        case .headline(let unit, let change, let ways):
            if isTitled { Element("h2") { unit } }
            ExposurePicture(change).element
            if let ways {
                Element("p") { "Ways to root: \(ways.toRootBefore) → \(ways.toRootAfter)" }
            }
        case .paragraph(let words, let tone):
            Element("p", ["class": tone?.cssClass]) { phrase(words) }
        case .list(let entries, .cards): entries.map(card)
        case .list(let entries, _): Element("ul") { entries.map(item) }
        case .table(let table): Element("div", ["class": "wide"]) { self.table(table) }
        case .code(let text, _): Element("pre") { text }
        case .ladders(let ladders): LadderPicture(ladders: ladders, anchor: anchor).markup
        case .timeline(let trials): Timeline(trials, position: position).element
        case .trials(let trials): trials.map(trial)
        }
    }

    // MARK: Words

    private func phrase(_ phrase: Phrase) -> [Markup] { phrase.markup(anchor: anchor) }

    private func anchor(_ trial: Int) -> String? {
        anchored.contains(trial) ? "#u\(position)t\(trial)" : nil
    }

    // MARK: Lists

    private func item(_ entry: Document.Entry) -> Element {
        Element("li") {
            head(entry)
            details(entry.details)
        }
    }

    private func card(_ entry: Document.Entry) -> Element {
        Element("details", ["class": "card"]) {
            Element("summary") {
                head(entry)
                if let reason = entry.details.first(where: { $0.mark.isReason }) {
                    Element("span", ["class": "reason quiet"]) { phrase(reason.text) }
                }
            }
            if let explanation = entry.explanation {
                Element("p", ["class": "quiet"]) { phrase(explanation) }
            }
            details(entry.details)
        }
    }

    @MarkupBuilder private func head(_ entry: Document.Entry) -> [Markup] {
        phrase(entry.lead)
        if let body = entry.body { phrase(": " + body) }
        if let note = entry.note {
            " "
            Element("span", ["class": "quiet"]) { phrase(note) }
        }
    }

    @MarkupBuilder private func details(_ details: [Document.Detail]) -> [Markup] {
        if !details.isEmpty {
            Element("ul", ["class": "details"]) {
                for detail in details {
                    Element("li", ["class": detail.mark.cssClass ?? detail.tone?.cssClass]) {
                        if detail.mark != .none {
                            Element("b") { detail.mark.rawValue }
                            " "
                        }
                        phrase(detail.text)
                    }
                }
            }
        }
    }

    private func trial(_ trial: TrialEntry) -> Element {
        Element("details", ["class": "trial \(trial.verdict.rawValue)"]) {
            Element("summary") {
                Element("b") { "\(trial.number)" }
                " "
                Element("i") { trial.verdict.rawValue }
                " \(trial.purpose) "
                Element("span", ["class": "quiet"]) { "\(trial.milliseconds) ms" }
                if !trial.because.isEmpty {
                    " "
                    Element("span") { trial.because }
                }
            }
            Element("div", ["id": "u\(position)t\(trial.number)", "class": "target"]) {
                Element("ul") { trial.observations.map { line in Element("li") { line } } }
                Element("p", ["class": "restrictions"]) {
                    if trial.restrictions.isEmpty {
                        "No restriction."
                    } else {
                        phrase(.code(trial.restrictions.map { RestrictionWords($0).name }))
                    }
                }
            }
        }
    }

    // MARK: Tables

    private func table(_ table: Document.Table) -> Element {
        func row(_ cells: [Phrase], _ name: StaticString) -> Element {
            Element("tr") {
                for (column, cell) in cells.enumerated() {
                    Element(
                        name,
                        ["class": table.rightAligned.contains(column) ? "number" : nil]
                    ) { phrase(cell) }
                }
            }
        }
        return Element("table") {
            if !table.head.isEmpty { Element("thead") { row(table.head, "th") } }
            Element("tbody") { for cells in table.rows { row(cells, "td") } }
        }
    }
}

extension Phrase {
    /// - Parameter anchor: where a trial is shown; nil where it is not.
    @MarkupBuilder func markup(anchor: (Int) -> String?) -> [Markup] {
        for run in runs {
            switch run {
            case .plain(let text), .said(let text): text
            case .toned(let text, .strong): Element("strong") { text }
            case .toned(let text, let tone): Element("span", ["class": tone.cssClass]) { text }
            case .code(let text): Element("code") { text }
            case .trial(let number):
                if let anchor = anchor(number) {
                    Element("a", ["href": anchor]) { "trial \(number)" }
                } else {
                    "trial \(number)"
                }
            case .unit(let name, let position): Element("a", ["href": "#u\(position)"]) { name }
            }
        }
    }
}

extension Phrase.Tone {
    fileprivate var cssClass: String {
        switch self {
        case .strong: "strong"
        case .quiet: "quiet"
        case .good: "good"
        case .bad: "bad"
        case .doubt: "warn"
        }
    }
}

extension Document.Mark {
    /// Whether it stands before what was seen.
    fileprivate var isReason: Bool { [.because, .perhaps, .saw].contains(self) }

    fileprivate var cssClass: String? {
        switch self {
        case .none: nil
        case .because, .perhaps, .saw: rawValue
        case .advice: "advice"
        }
    }
}
