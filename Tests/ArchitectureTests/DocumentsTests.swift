import ArgumentParser
import Foundation
import PublishedSchemas
import TemperCommand
import Testing

@Suite("The documents") struct DocumentsTests {
    @Test("the README is at most 10 kB")
    func size() throws {
        #expect(try Document.readme().text.utf8.count <= 10_000)
    }

    @Test("every link leads somewhere", arguments: try Document.all())
    func links(document: Document) throws {
        let folder = Document.top.appending(path: document.path).deletingLastPathComponent()
        for link in document.links where !link.contains("://") {
            let parts = link.split(separator: "#", omittingEmptySubsequences: false)
            let file = parts[0].isEmpty ? document.path : String(parts[0])
            let place = parts[0].isEmpty ? Document.top : folder
            #expect(
                FileManager.default.fileExists(atPath: place.appending(path: file).path),
                "\(link)")
            guard parts.count == 2 else { continue }
            let text = try String(contentsOf: place.appending(path: file), encoding: .utf8)
            #expect(Self.anchors(of: text).contains(String(parts[1])), "\(link)")
        }
        let names = Set(try Document.guides().map { $0.name.replacing(".md", with: "") })
        for page in document.pages { #expect(names.contains(page), "<doc:\(page)>") }
    }

    /// As GitHub makes them of headings.
    private static func anchors(of text: String) -> Set<String> {
        Set(
            text.split(separator: "\n").filter { $0.hasPrefix("#") }.map { heading in
                heading.drop { $0 == "#" || $0 == " " }.lowercased()
                    .filter { $0.isLetter || $0.isNumber || " -_".contains($0) }
                    .replacing(" ", with: "-")
            })
    }

    @Test("every file that is named is there, and none of a machine of ours")
    func paths() throws {
        let folders = ["Examples", "Sources", "Tests"]
        for document in try Document.all() {
            for span in document.codeSpans {
                let path = span.trimmingPrefix("./")
                guard folders.contains(where: { path == $0 || path.hasPrefix($0 + "/") }) else {
                    continue
                }
                let file = path.prefix { $0 != " " }
                #expect(
                    FileManager.default.fileExists(
                        atPath: Document.top.appending(path: String(file)).path),
                    "\(document.path): \(span)")
            }
            for place in ["/work/", "/home/", "/Users/"] {
                #expect(!document.text.contains(place), "\(document.path): \(place)")
            }
        }
    }

    @Test("every guide is reached from the landing page")
    func landingPage() throws {
        let reached = Set(try Document.guide("TemperKit").pages)
        for guide in try Document.guides() where guide.name != "TemperKit.md" {
            #expect(reached.contains(guide.name.replacing(".md", with: "")), "\(guide.path)")
        }
    }

    @Test("every example is a command that the program takes", arguments: try Document.all())
    func examples(document: Document) {
        for words in document.examples {
            do {
                _ = try Temper.parseAsRoot(words)
            } catch {
                // Help is no mistake.
                guard Temper.exitCode(for: error) != .success else { continue }
                Issue.record("\(document.path): \(words): \(Temper.message(for: error))")
            }
        }
    }

    @Test("every command that is spoken of is there and has the options that are named")
    func mentions() throws {
        let commands = Dictionary(
            uniqueKeysWithValues: Temper.configuration.subcommands.map { ($0._commandName, $0) })
        for document in try Document.all() {
            for words in document.mentions where !words[0].hasPrefix("-") {
                let command = try #require(commands[words[0]], "\(document.path): \(words)")
                let help = Temper.helpMessage(for: command, columns: 1_000)
                for option in words where option.hasPrefix("--") {
                    #expect(help.contains(option), "\(document.path): \(words)")
                }
            }
        }
    }

    @Test("the README has an example of every command")
    func everyCommand() throws {
        let shown = Set(try Document.readme().examples.compactMap(\.first))
        let known = Temper.configuration.subcommands.map { $0._commandName }
        #expect(Set(known).subtracting(shown).isEmpty)
    }

    @Test("every option that is named is one of some command's")
    func options() throws {
        let commands: [any ParsableCommand.Type] = Temper.configuration.subcommands
        let help =
            (commands + commands.flatMap { $0.configuration.subcommands })
            .map { Temper.helpMessage(for: $0, columns: 1_000) }.joined() + Temper.helpMessage()
        // Those of other programs.
        let foreign: Set<String> = [
            "--static-swift-stdlib", "--product", "--seed", "--instances", "--ledger", "--filter",
            "--causes", "--by-hand", "--now",
        ]
        for document in try Document.all() {
            let options = document.codeSpans.flatMap { span in
                span.matches(of: /(^|\s)(--[a-z][a-z-]+)/).map { String($0.2) }
            }
            for option in options where !foreign.contains(option) {
                #expect(help.contains(option), "\(document.path): \(option)")
            }
        }
    }

    @Test("the exit statuses are those of the program's own help")
    func exitStatuses() throws {
        let readme = try Document.readme()
        let table = readme.lines.drop { !$0.hasPrefix("| exit status |") }.dropFirst(2)
            .prefix { $0.hasPrefix("|") }
        let told = table.compactMap { row in
            row.split(separator: "|").first.flatMap {
                Int($0.trimmingCharacters(in: .whitespaces))
            }
        }
        let help = Temper.helpMessage(columns: 100)
        let known = help.split(separator: "\n").compactMap { line in
            line.prefixMatch(of: /\s+([0-9]+)\s+[a-z]/).flatMap { Int($0.1) }
        }
        #expect(!told.isEmpty && told == known)
    }

    @Test("the tables of keys are those of the schemas", arguments: JSONSchema.names)
    func keys(schema: String) throws {
        let table = try JSONSchema(schema).table()
        let guide = try Document.guide("JSON").text
        #expect(guide.contains("\n### \(schema)\n"))
        #expect(guide.contains("\n\n\(table)\n"), "the guide JSON lacks this:\n\(table)")
    }

    @Test("the words are those that are in use")
    func words() throws {
        for document in try Document.all() {
            for word in ["ever other", "TODO", "FIXME"] {
                #expect(!document.text.contains(word), "\(document.path): \(word)")
            }
        }
    }
}
