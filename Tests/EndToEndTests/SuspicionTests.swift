import Fixtures
import Reports
import Testing

extension EndToEnd {
    @Suite("tells what passed and is odd", .serialized)
    struct SuspicionTests {
        /// Looks at the machine's load again and again, and goes on without.
        private let unit = """
            [Service]
            Type=exec
            ExecStart=/bin/sh -c 'while :; do cat /proc/loadavg > /dev/null; sleep 0.05; done'
            """

        private func harden(_ arguments: String...) async throws -> (HardeningResult, String) {
            try await withTree(.trixie, units: ["noisy.service": unit]) { root in
                try await withState { state in
                    let report = try await Tool.harden(
                        "noisy", root: root, state: state,
                        ["--json", "--quiet", "--fast", "--probe", "true"] + arguments)
                    #expect(report.status == 0, "\(report.errors)")
                    return (try Tool.result(report), report.output)
                }
            }
        }

        @Test("a new complaint is reported with the restriction that brings it")
        func reported() async throws {
            let (result, output) = try await harden("--tolerate", "/proc/loadavg")
            #expect(result.accepted.contains("ProcSubset=pid") && result.verified)
            #expect(result.suspicious.contains { $0.line.contains("/proc/loadavg") })
            for suspicious in result.suspicious {
                #expect(suspicious.restrictions == ["ProcSubset=pid"], "\(suspicious.line)")
                #expect((1...result.trials).contains(suspicious.trial))
            }
            #expect(output.contains("\"suspicious\"") && output.contains("\"skipped\""))
            #expect(result.skipped.map(\.what) == ["reload"])
            let text = HardeningText(result, isColoured: false).text
            #expect(text.contains("with ProcSubset=pid, trial "))
            #expect(text.contains("reload: the unit has no reload"))
        }

        @Test("and refused with --strict-logs")
        func refused() async throws {
            let (result, _) = try await harden("--strict-logs", "--tolerate", "all")
            #expect(result.suspicious == [] && result.verified)
            #expect(!result.accepted.contains("ProcSubset=pid"))
        }

        @Test("what brings it bites: it is not taken unless that is tolerated")
        func bites() async throws {
            let (result, _) = try await harden()
            #expect(result.suspicious == [] && result.verified)
            let refused = try #require(
                result.refused.first { $0.restriction == "ProcSubset=pid" })
            #expect(refused.because == "bites: cat: openat /proc/loadavg failed with ENOENT")
        }
    }

    @Suite("asks for a probe that does what others will do", .serialized)
    struct WorkloadHostTests {
        @Test("before ssh or cron is restricted", arguments: ["ssh", "cron"])
        func refused(unit: String) async throws {
            try await withState { state in
                let report = try await Tool.harden(
                    unit, root: Release.trixie.root, state: state, ["--quiet", "--probe", "true"])
                #expect(report.status == 64)
                #expect(report.complaints.count == 1)
                #expect(report.errors.contains("would inherit this sandbox"))
                #expect(report.errors.contains("--probe-does-work"))
            }
        }

        @Test("and says what will be inherited when it is told that there is one")
        func declared() async throws {
            try await withState { state in
                let report = try await Tool.harden(
                    "cron", root: Release.trixie.root, state: state,
                    ["--json", "--quiet", "--probe", "true", "--probe-does-work"]
                        + ["--max-trials", "3"])
                let result = try Tool.result(report)
                #expect(result.warnings.contains { $0.contains("every job of every user") })
                // Whatever was taken by then is told in words of what it denies.
                if result.accepted.isEmpty {
                    #expect(result.inherited == nil)
                } else {
                    let inherited = try #require(result.inherited)
                    #expect(inherited.work == "scheduled jobs" && !inherited.denied.isEmpty)
                    let named = Set(inherited.denied.flatMap(\.restrictions))
                    #expect(named.isSubset(of: result.accepted))
                }
            }
        }
    }
}
