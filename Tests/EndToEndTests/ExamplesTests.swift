import Fixtures
import Foundation
import Reports
import Testing

extension EndToEnd {
    /// What stands in Examples, run as it stands there.
    @Suite("its examples work", .serialized)
    struct ExamplesTests {
        private static let examples = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Examples").path

        @Test("the plan for nginx names a probe, a cadence and what is kept")
        func plan() async throws {
            try await withState { state in
                let report = try await Tool.harden(
                    "nginx", root: Release.trixie.root, state: state,
                    [
                        "--plan", Self.examples + "/nginx.temper", "--max-trials", "8", "--json",
                        "--quiet",
                    ])
                let result = try Tool.result(report)
                #expect(report.status == 0, "\(report.errors)")
                #expect(result.verified)
                #expect(!result.accepted.contains { $0.hasPrefix("UMask") })
            }
        }

        @Test("the unit with a section of its own needs no option")
        func unit() async throws {
            let text = try String(
                contentsOfFile: Self.examples + "/beacon.service", encoding: .utf8)
            try await withTree(.trixie, units: ["beacon.service": text]) { root in
                try await withState { state in
                    let report = try await Tool.harden(
                        "beacon", root: root, state: state, ["--json", "--quiet"])
                    let result = try Tool.result(report)
                    #expect(report.status == 0, "\(report.errors)")
                    #expect(result.verified)
                    #expect(result.exposure.after < 2, "\(result.exposure)")
                    #expect(!result.accepted.contains("PrivateNetwork=yes"))
                }
            }
        }

        @Test("the program that uses the library hardens a service and prints its drop-in")
        func libraryHardens() async throws {
            let program = BuiltProduct("temper-example")
            let root = Release.trixie.root
            let report = try await program.run(
                [root, "nginx.service", "http://127.0.0.1/"], within: .seconds(180))
            #expect(report.status == 0, "\(report.errors)")
            let lines = report.output.split(separator: "\n")
            #expect(lines.first?.hasPrefix("# nginx.service, hardened by temper ") == true)
            #expect(lines.contains("[Service]"))
            #expect(lines.contains("ProtectSystem=strict"))
            #expect(!lines.contains("PrivateNetwork=yes"))
            #expect(try await Tool.leftovers(of: root) == [])
        }

        @Test("the program that uses the library tells a sandbox that works from one that does not")
        func library() async throws {
            let program = BuiltProduct("temper-example")
            let arguments = [Release.trixie.root, "nginx.service", "http://127.0.0.1/"]
            let works = try await program.run(
                arguments + ["ProtectSystem=full"], within: .seconds(60))
            #expect(works.output.contains("2 restrictions: passed, exposure"))
            let breaks = try await program.run(
                arguments + ["PrivateNetwork=yes"], within: .seconds(60))
            #expect(breaks.output.contains("0 restrictions: passed, exposure 9.6"))
            #expect(breaks.output.contains("1 restriction: GET http://127.0.0.1/"))
        }
    }
}
