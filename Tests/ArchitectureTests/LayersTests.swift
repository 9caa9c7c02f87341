import Foundation
import Testing

/// The layers of the architecture guide, held against what the sources import.
struct LayersTests {
    private static let top = Document.top

    /// Target by target, what the guide's table lets it import of ours.
    private static func documented() throws -> [String: Set<String>] {
        let guide = try Document.guide("Architecture").text
        var table: [String: Set<String>] = [:]
        var isTable = false
        for line in guide.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("| target |") { isTable = true }
            guard isTable else { continue }
            if !line.hasPrefix("|") { break }
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 3, cells[0].hasPrefix("`") else { continue }
            let allowed = cells[2].split { " ,`".contains($0) }.map(String.init)
            for target in cells[0].split(whereSeparator: { " ,`".contains($0) }) {
                table[String(target)] = Set(allowed).subtracting(["nothing"])
            }
        }
        return table
    }

    private static func targets() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: top.path + "/Sources").sorted()
    }

    private static func imports(of target: String) throws -> Set<String> {
        let directory = top.appending(path: "Sources/\(target)")
        let files = FileManager.default.enumerator(atPath: directory.path)?.compactMap {
            $0 as? String
        }
        var found: Set<String> = []
        for file in files ?? [] where file.hasSuffix(".swift") {
            let text = try String(contentsOf: directory.appending(path: file), encoding: .utf8)
            for line in text.split(separator: "\n") {
                // `@testable public import X`
                let words = line.split(separator: " ").drop {
                    $0.hasPrefix("@") || ["public", "package", "internal"].contains($0)
                }
                if words.count >= 2, words.first == "import" {
                    found.insert(String(words[words.startIndex + 1]))
                }
            }
        }
        return found
    }

    @Test("Every target is in the guide's table, and every row is a target")
    func tableIsComplete() throws {
        #expect(try Set(Self.documented().keys) == Set(Self.targets()))
    }

    @Test("No target imports more of ours than the guide's table allows")
    func importsAreAllowed() throws {
        let table = try Self.documented()
        let ours = Set(try Self.targets())
        for target in ours {
            let imported = try Self.imports(of: target).intersection(ours)
            let extra = imported.subtracting(table[target] ?? []).subtracting([target])
            #expect(extra.isEmpty, "\(target) imports \(extra.sorted())")
        }
    }

    @Test("The pure targets import no Foundation, no Glibc and no clock")
    func pureTargetsArePure() throws {
        for target in ["Hardening", "Bisection"] {
            let imported = try Self.imports(of: target)
            #expect(imported.isEmpty, "\(target) imports \(imported.sorted())")
        }
        #expect(try Self.imports(of: "Trials") == ["Bisection", "Hardening"])
    }
}
