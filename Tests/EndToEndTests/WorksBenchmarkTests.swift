import Fixtures
import Foundation
import Testing

extension EndToEnd {
    @Suite("the figures of what still works", .serialized)
    struct WorksBenchmarkTests {
        private let benchmark = BuiltProduct("temper-benchmark")

        @Test("the tables can be read")
        func tables() async throws {
            let report = try await benchmark.run(["works", "--list"])
            #expect(report.status == 0, "\(report.errors)")
            let last = report.output.split(separator: "\n").last?.split(separator: " ") ?? []
            #expect((last.first.flatMap { Int($0) } ?? 0) >= 16, "\(last)")
            #expect((last.count > 2 ? Int(last[2]) ?? 0 : 0) >= 250, "\(last)")
        }

        @Test("a table that says the same twice, or nothing, is named")
        func wrongTable() async throws {
            let tables = FileManager.default.temporaryDirectory.appending(
                path: "works-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: tables, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: tables) }
            let good = "kind k\nunit u.service\nprobe ProbeTCP=127.0.0.1:1\ncheck a\n    true\n"
            for (text, problem) in [
                (good + "check a\n    true\n", "“a” is there twice"),
                (good + "check b\n", "“b” has no command"),
                (good + "chek b\n    true\n", "what is “chek”?"),
                ("    true\n" + good, "begins with commands for nothing"),
                (good.replacing("unit u.service\n", with: "unit@sid u.service\n"), "no unit"),
            ] {
                try text.write(
                    to: tables.appending(path: "odd.works"), atomically: true, encoding: .utf8)
                let report = try await benchmark.run(
                    ["works", "--list", "--tables", tables.path])
                #expect(report.status != 0)
                #expect(report.errors.contains("odd: "), "\(report.errors)")
                #expect(report.errors.contains(problem), "\(report.errors)")
            }
        }
    }
}
