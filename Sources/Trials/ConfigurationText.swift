/// What a configuration file of any syntax names, as far as a reader can tell who does not know the
/// program: paths, users, commands. What is commented out is not read.
public struct ConfigurationText {
    public struct Named: Hashable, Sendable {
        public let text: String
        /// From 1.
        public let line: Int
    }

    /// Absolute, without what a pattern or a variable makes of them: the directory that those are in.
    public private(set) var paths: [Named] = []
    /// What stands behind a word that ends in "user".
    public private(set) var users: [Named] = []
    /// Of the commands that were asked for, those that are among its words, with or without their
    /// directories.
    public private(set) var commands: [Named] = []

    /// - Parameters:
    ///   - home: what `~` stands for; nil where that is anybody's.
    ///   - wanted: names of commands.
    public init(_ text: String, home: String? = nil, commands wanted: Set<String> = []) {
        var end: String?
        for (index, line) in text.unitFileLines.enumerated() {
            let line = line.trimmed
            if let awaited = end {
                if line.contains(awaited) { end = nil }
                continue
            }
            if let (begin, closing) = Self.blocks.first(where: { line.hasPrefix($0.0) }) {
                if !line.dropFirst(begin.count).contains(closing) { end = closing }
                continue
            }
            if ["#", ";", "//", "--"].contains(where: line.hasPrefix) { continue }
            read(Self.withoutComment(line), index + 1, home, wanted)
        }
    }

    private static let blocks = [("/*", "*/"), ("<!--", "-->")]

    private static func withoutComment(_ line: String) -> Substring {
        for sign in [" #", "\t#"] {
            if let range = line.firstRange(of: sign) { return line[..<range.lowerBound] }
        }
        return line[...]
    }

    private mutating func read(
        _ line: Substring, _ number: Int, _ home: String?, _ wanted: Set<String>
    ) {
        let delimiters: Set<Character> = [
            " ", "\t", "=", ";", "\"", "'", "{", "}", "(", ")", ",", "|", "&", "`", "<", ">",
        ]
        let parts = line.split(whereSeparator: delimiters.contains).map(String.init)
        commands += parts.compactMap { part in
            let name = part.split(separator: "/").last.map(String.init) ?? ""
            return wanted.contains(name) ? Named(text: name, line: number) : nil
        }
        if parts.count > 1, parts[0].lowercased().hasSuffix("user") {
            users.append(Named(text: parts[1], line: number))
        }
        if let home {
            paths += parts.filter { $0 == "~" || $0.hasPrefix("~/") }
                .map { Named(text: home + $0.dropFirst(), line: number) }
        }
        var rest = line
        var before: Character?
        while let slash = rest.firstIndex(of: "/") {
            if slash > rest.startIndex { before = rest[rest.index(before: slash)] }
            let word = rest[slash...].prefix(while: Self.isPlain)
            rest = rest[word.endIndex...]
            if before.map(Self.beginsPath) ?? true, let path = Self.path(word, before: rest.first) {
                paths.append(Named(text: path, line: number))
            }
            before = word.last
        }
    }

    private static func isPlain(_ character: Character) -> Bool {
        character.isASCII
            && (character.isLetter || character.isNumber || "/._-+@".contains(character))
    }

    /// rsyslog.conf(5) has a path behind a "-", others an address family and a ":" before it.
    private static func beginsPath(_ character: Character) -> Bool {
        " \t\"'=:,([{>|&`;-!".contains(character)
    }

    private static func path(_ word: Substring, before next: Character?) -> String? {
        var path = String(word)
        // A URL's, or nothing.
        if path.hasPrefix("//") || path.contains("/../") { return nil }
        if let next, "*?[%$\\{".contains(next) {
            path = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        }
        while let last = path.last, "/.".contains(last) { path.removeLast() }
        return path.isEmpty ? nil : path
    }
}
