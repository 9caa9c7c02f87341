extension String {
    /// In one line and not too long for a table: a probe's command can be a whole script.
    public var abridged: String {
        let words = split { $0.isWhitespace || $0 == "\\" }.joined(separator: " ")
        return words.count > 60 ? words.prefix(59) + "…" : words
    }

    /// Without the sequences that move a terminal's cursor and colour its text (ECMA-48: ESC [,
    /// parameters, and a final byte from @ to ~), which some services write into their logs.
    public var withoutControlSequences: String {
        guard contains("\u{1B}") else { return self }
        var result = ""
        var rest = self[...]
        while let escape = rest.firstIndex(of: "\u{1B}") {
            result += rest[..<escape]
            rest = rest[rest.index(after: escape)...]
            guard rest.first == "[" else { continue }
            let end = rest.dropFirst().firstIndex { ("@"..."~").contains($0) }
            rest = end.map { rest[rest.index(after: $0)...] } ?? ""
        }
        return result + rest
    }
}
