import Trials

/// Colours of a terminal, or none; and nothing else that would command it.
struct Paint {
    let isOn: Bool

    func callAsFunction(_ text: some StringProtocol, _ tone: Phrase.Tone?, _ margin: String = "")
        -> String
    {
        let text = String(text).visible(keeping: ["\t"])
        guard isOn, let tone, !text.isEmpty else { return margin + text }
        return "\u{1b}[\(tone.code)m\(margin)\(text)\u{1b}[0m"
    }

    /// In one line, at most `width` columns.
    func callAsFunction(_ phrase: Phrase, width: Int = .max) -> String {
        let characters = Array(Paint.characters(phrase, nil))
        if characters.count <= width { return painted(characters) }
        return painted(characters.prefix(max(1, width - 1)) + [("…", nil)])
    }

    /// Lines of at most `width` columns, broken between words where that can be done.
    func wrapped(_ phrase: Phrase, _ tone: Phrase.Tone?, to width: Int) -> [String] {
        let words = Paint.characters(phrase, tone)
            .split(omittingEmptySubsequences: false) { $0.0 == " " }
        var lines: [[Toned]] = []
        var line: [Toned] = []
        for word in words {
            if !line.isEmpty && line.count + 1 + word.count > width {
                lines.append(line)
                line = []
            }
            if let last = line.last { line.append((" ", word.first?.1 == last.1 ? last.1 : nil)) }
            line += word
            while line.count > width {
                lines.append(Array(line.prefix(width)))
                line.removeFirst(width)
            }
        }
        return (lines + (line.isEmpty ? [] : [line])).map { line in
            painted(Array(line.reversed().drop { $0.0 == " " }.reversed()))
        }
    }

    private typealias Toned = (Character, Phrase.Tone?)

    private static func characters(_ phrase: Phrase, _ tone: Phrase.Tone?) -> [Toned] {
        phrase.runs.flatMap { run -> [Toned] in
            var own = tone
            if case .toned(_, let other) = run { own = other }
            // A line's end within a phrase is a service's: lines are broken here.
            return Phrase([run]).text.visible(keeping: []).map { ($0, own) }
        }
    }

    private func painted(_ characters: [Toned]) -> String {
        var text = ""
        var rest = characters[...]
        while let first = rest.first {
            let run = rest.prefix { $0.1 == first.1 }
            text += self(String(run.map(\.0)), first.1)
            rest = rest.dropFirst(run.count)
        }
        return text
    }
}

extension Phrase.Tone {
    /// ECMA-48, Select Graphic Rendition.
    fileprivate var code: Int {
        switch self {
        case .strong: 1
        case .quiet: 2
        case .bad: 31
        case .good: 32
        case .doubt: 33
        }
    }
}

extension String {
    func padded(to width: Int) -> String {
        count >= width ? self : self + String(repeating: " ", count: width - count)
    }

    var trimmedAtEnd: String { String(reversed().drop { $0 == " " }.reversed()) }

    func cut(to width: Int) -> String {
        count <= width ? self : String(prefix(max(1, width - 1))) + "…"
    }
}
