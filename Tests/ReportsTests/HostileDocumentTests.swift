import Foundation
import TemperTesting
import Testing
import Trials

@testable import Reports

/// Whatever stands in a document, each form has the same structure.
@Suite("Hostile words in a document", .timeLimit(.minutes(30)))
struct HostileDocumentTests {
    private static let count =
        (ProcessInfo.processInfo.environment["TEMPER_FUZZ"].flatMap(Int.init) ?? 20_000) / 20

    /// One of everything that a form can show.
    private func document(_ word: () -> String) -> Document {
        func phrase() -> Phrase {
            "\(word()) \(code: word()) \(said: word()) \(word(), .bad)"
        }
        let entry = Document.Entry(
            lead: phrase(), note: "\(word())", details: [.init(.because, phrase())])
        return Document(
            opening: [.paragraph(phrase()), .list([entry], .bullets)],
            sections: [
                Document.Section(
                    "Section",
                    [
                        .list([entry], .plain), .list([entry], .cards),
                        .table(
                            Document.Table(
                                head: ["a", "b"], rows: [[phrase(), phrase()], ["x", "y"]])),
                    ])
            ])
    }

    private func forHostileDocuments(seed: UInt64, _ body: (Document, Document) -> Void) {
        let plain = document { "x" }
        var words = HostileWords(seed: seed)
        for _ in 0..<Self.count { body(document { words.next() + "x" }, plain) }
    }

    private func hasCommand(_ text: String, but kept: Set<Unicode.Scalar> = ["\n", "\t"]) -> Bool {
        text.unicodeScalars.contains { $0.isCommand && !kept.contains($0) }
    }

    @Test("a terminal gets colours of ours and nothing else that commands it")
    func terminal() {
        forHostileDocuments(seed: 1) { document, _ in
            #expect(!hasCommand(DocumentText(document, isColoured: false).text))
            let painted = DocumentText(document, isColoured: true).text
            // By scalars: what follows may make one character with the end of ours.
            let colours = /\u{1b}\[\d+m/.matchingSemantics(.unicodeScalar)
            #expect(!hasCommand(painted.replacing(colours, with: "")))
        }
    }

    @Test("Markdown has as many lines, cells and headings as with plain words")
    func markdown() {
        func shape(_ document: Document) -> [String] {
            DocumentMarkdown(document).text.split(
                separator: "\n", omittingEmptySubsequences: false
            ).map { line in
                let bars = line.replacing(
                    /\\./.matchingSemantics(.unicodeScalar), with: ""
                ).unicodeScalars.count { $0 == "|" }
                return "\(line.prefix { "#-| ".contains($0) }) \(line.hasPrefix("|") ? bars : 0)"
            }
        }
        forHostileDocuments(seed: 2) { document, plain in
            let text = DocumentMarkdown(document).text
            #expect(!hasCommand(text, but: ["\n"]))
            #expect(
                text.unicodeScalars.count { $0 == "\n" }
                    == DocumentMarkdown(plain).text.unicodeScalars.count { $0 == "\n" })
            for (line, like) in zip(shape(document), shape(plain)) where like.hasPrefix("|") {
                #expect(line.split(separator: " ").last == like.split(separator: " ").last)
            }
        }
    }

    @Test("a page has as many elements as with plain words")
    func html() {
        func html(_ document: Document) -> String {
            Element("div") { DocumentHTML(document).markup }.html
        }
        let brackets: (String) -> Int = {
            $0.unicodeScalars.count { "<>\"".unicodeScalars.contains($0) }
        }
        forHostileDocuments(seed: 3) { document, plain in
            let text = html(document)
            #expect(!hasCommand(text, but: ["\n", "\t"]))
            #expect(brackets(text) == brackets(html(plain)))
        }
    }
}
