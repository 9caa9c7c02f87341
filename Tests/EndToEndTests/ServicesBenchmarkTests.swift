import Fixtures
import Testing

extension EndToEnd {
    @Suite("the figures of the services", .serialized)
    struct ServicesBenchmarkTests {
        private let benchmark = BuiltProduct("temper-benchmark")

        @Test("a name that is none of them is bad usage, which lists them")
        func unknown() async throws {
            let report = try await benchmark.run(["services", "apache"])
            #expect(report.status == 64)
            #expect(report.errors.contains("apache is none of nginx, redis-server"))
        }

        @Test("a service that cannot be had is a line of the table, and the status says it")
        func missing() async throws {
            let report = try await benchmark.run(
                ["services", "nginx", "cron", "--roots", "/no/such/roots", "--plans", "/no/plans"])
            #expect(report.status == 2)
            let lines = report.output.split(separator: "\n")
            #expect(lines.count == 3, "\(report.output)")
            #expect(lines.first?.contains("shipped") == true)
            #expect(lines.contains { $0.hasPrefix("cron") && $0.contains("cron.temper") })
        }
    }
}
