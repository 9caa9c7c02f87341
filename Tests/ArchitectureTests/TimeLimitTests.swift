import Foundation
import Testing

/// Suites that boot labs or start processes wait for others, and a wait can be without an end.
struct TimeLimitTests {
    private static let tests = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()

    /// What a target imports that boots labs or starts processes.
    private static let waiting = ["Lab", "Fixtures", "BusFixtures", "ApplyFixture"]

    /// The sources of each test target, by their paths below Tests.
    private static func targets() throws -> [[String: String]] {
        let names = try FileManager.default.contentsOfDirectory(atPath: tests.path)
            .filter { $0.hasSuffix("Tests") }
        return try names.map { name in
            let files =
                FileManager.default.enumerator(atPath: "\(tests.path)/\(name)")?
                .compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") } ?? []
            return try Dictionary(
                uniqueKeysWithValues: files.map { file in
                    let path = "\(name)/\(file)"
                    return (
                        path, try String(contentsOfFile: "\(tests.path)/\(path)", encoding: .utf8)
                    )
                })
        }
    }

    /// The suites of a source: what stands between `@Suite` and the name of the type, that name, and
    /// the type that it extends where it is nested in an extension.
    private static func suites(
        in text: String
    ) -> [(traits: Substring, name: Substring, parent: Substring?)] {
        let parent = text.firstMatch(of: /(?m)^extension (\w+) \{/)?.1
        return text.matches(of: /(?s)@Suite(.*?)\s(?:struct|enum|final class|actor) (\w+|`[^`]+`)/)
            .map { ($0.1, $0.2, parent) }
    }

    @Test("Every suite of a target that boots labs has a time limit, by itself or from its parent")
    func limits() throws {
        let waiting = try Self.targets().filter { sources in
            sources.values.contains { text in
                text.matches(of: /(?m)^(?:@testable )?(?:\w+ )?import (\w+)/)
                    .contains { Self.waiting.contains(String($0.1)) }
            }
        }
        #expect(waiting.count > 9)
        for sources in waiting {
            let suites = sources.values.flatMap(Self.suites)
            let limited = Set(suites.filter { $0.traits.contains(".timeLimit(") }.map(\.name))
            for (path, text) in sources where text.contains("@Test") {
                let own = Self.suites(in: text)
                #expect(!own.isEmpty, "\(path) has tests without a suite")
                for suite in own {
                    let inherits = suite.parent.map(limited.contains) ?? false
                    #expect(
                        limited.contains(suite.name) || inherits, "\(suite.name) of \(path)")
                }
            }
        }
    }
}
