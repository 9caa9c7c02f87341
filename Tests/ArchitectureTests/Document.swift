import Foundation
import Testing

/// The README or a guide.
struct Document: CustomTestStringConvertible {
    /// Of the repository.
    static let top = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Below the top of the repository.
    let path: String
    let text: String

    init(_ path: String) throws {
        self.path = path
        text = try String(contentsOf: Self.top.appending(path: path), encoding: .utf8)
    }

    var name: String { String(path.split(separator: "/").last ?? "") }
    var testDescription: String { path }

    static func readme() throws -> Document { try Document("README.md") }

    static func guide(_ name: String) throws -> Document {
        try Document("Sources/TemperKit/TemperKit.docc/\(name).md")
    }

    static func guides() throws -> [Document] {
        let sources = FileManager.default.enumerator(atPath: top.path + "/Sources")
        return try (sources?.compactMap { $0 as? String } ?? [])
            .filter { $0.contains(".docc/") && $0.hasSuffix(".md") }.sorted()
            .map { try Document("Sources/\($0)") }
    }

    static func all() throws -> [Document] { try [readme()] + guides() }
}

extension Document {
    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

    /// The lines of each fenced block.
    var blocks: [[Substring]] {
        var blocks: [[Substring]] = []
        var open: [Substring]?
        for line in lines {
            if line.hasPrefix("```") {
                if let block = open { blocks.append(block) }
                open = open == nil ? [] : nil
            } else {
                open?.append(line)
            }
        }
        return blocks
    }

    /// The text without its fenced blocks.
    var prose: String {
        var isOpen = false
        return lines.filter { line in
            if line.hasPrefix("```") { isOpen.toggle() }
            return !isOpen && !line.hasPrefix("```")
        }.joined(separator: "\n")
    }

    /// What stands between single backquotes.
    var codeSpans: [String] {
        prose.matches(of: /`([^`\n]+)`/).map { String($0.1) }
    }

    /// Where the links of Markdown lead.
    var links: [String] {
        prose.matches(of: /\]\(([^)\s]+)\)/).map { String($0.1) }
    }

    /// The pages that `<doc:Name>` means.
    var pages: [String] {
        prose.matches(of: /<doc:([A-Za-z]+)>/).map { String($0.1) }
    }

    /// The commands of `temper` that a reader can type as they stand, those of fenced blocks. Signs
    /// of the shell and notes behind a command are no part of it.
    var examples: [[String]] {
        blocks.flatMap { $0 }.map { $0.trimmingPrefix("# ") }
            .filter { $0.prefixMatch(of: /temper [a-z]/) != nil }
            .map { Self.words(of: $0) }
    }

    /// The commands that are spoken of, mostly without all that they need.
    var mentions: [[String]] {
        codeSpans.filter { $0.hasPrefix("temper ") }.map { Self.words(of: $0[...]) }
    }

    /// The words of a line as a shell would part them, as far as the documents use it; without
    /// `temper`, and only up to two spaces.
    private static func words(of line: Substring) -> [String] {
        let command = line.split(separator: /\s\s+|#/, maxSplits: 1)[0]
        return command.matches(of: /'([^']*)'|([^\s']+)/).map { String($0.1 ?? $0.2 ?? "") }
            .dropFirst().map(\.self)
    }
}
