import Foundation
import Testing

/// The layers of the README, held against what the sources import.
struct LayersTests {
    private static let top = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Target by target, what the README's table lets it import of ours.
    private static func documented() throws -> [String: Set<String>] {
        let readme = try String(contentsOf: top.appending(path: "README.md"), encoding: .utf8)
        var table: [String: Set<String>] = [:]
        var isTable = false
        for line in readme.split(separator: "\n", omittingEmptySubsequences: false) {
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
                let words = line.split(separator: " ").filter { !$0.hasPrefix("@") }
                if words.count >= 2, words[0] == "import" { found.insert(String(words[1])) }
            }
        }
        return found
    }

    @Test("Every target is in the README's table, and every row is a target")
    func tableIsComplete() throws {
        #expect(try Set(Self.documented().keys) == Set(Self.targets()))
    }

    @Test("No target imports more of ours than the README's table allows")
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
