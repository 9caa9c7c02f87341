import Fixtures
import Foundation
import Glibc
import Reports
import TemperTesting
import Testing

extension EndToEnd {
    @Suite("leaves nothing behind and loses nothing, however it ends", .serialized)
    struct EndingTests {
        /// Starts fast and breaks here and there: writing its state, being root, its time.
        static let unit = """
            [Service]
            Type=notify
            NotifyAccess=all
            ExecStart=/bin/sh -c 'touch /var/lib/proof && chown daemon /var/lib/proof && \
            systemd-notify --ready && exec sleep 1000'
            """

        /// Kept, so that a campaign is short.
        static let options = [
            "--probe", "test -e /var/lib/proof", "--json", "--keep", "SystemCallFilter", "--keep",
            "PrivatePIDs", "--keep", "RestrictAddressFamilies", "--keep", "NotifyAccess",
        ]

        private func start(_ root: String, _ state: String) throws -> BuiltProduct.Run {
            try Tool.temper.start(
                ["harden", "mine", "--root", root, "--state-dir", state] + EndingTests.options)
        }

        /// Waits until a run has made so many trials, as it says on standard error.
        private func wait(for run: BuiltProduct.Run, trials: Int) async throws {
            while run.isRunning, run.errorsSoFar.components(separatedBy: " ms  ").count <= trials {
                try await Task.sleep(for: .milliseconds(5))
            }
        }

        /// What must be the same however often a campaign was cut off.
        private struct ComparableResult: Equatable {
            var accepted: [String]
            var refused: [HardeningResult.Refusal]
            var dropIn: String
            var trials: Int

            init(_ report: BuiltProduct.Report) throws {
                let result = try Tool.result(report)
                accepted = result.accepted
                refused = result.refused
                dropIn = result.dropIn
                trials = result.trials
            }
        }

        @Test(
            "a signal ends it tidily with what was found so far",
            arguments: [SIGINT, SIGTERM, SIGHUP])
        func signals(number: Int32) async throws {
            try await withTree(.trixie, units: ["mine.service": EndingTests.unit]) { root in
                try await withState { state in
                    for trials in [0, 3] {
                        let run = try start(root, state)
                        try await wait(for: run, trials: trials)
                        try await Task.sleep(for: .milliseconds(trials == 0 ? 300 : 30))
                        let began = ContinuousClock.now
                        run.signal(number)
                        let report = try await run.end(within: .seconds(60))
                        #expect(report.status == 130, "\(report.errors)")
                        #expect(ContinuousClock.now - began < .seconds(10))
                        if trials > 0 {
                            #expect(try Tool.result(report).ending == .interrupted)
                        }
                        #expect(try await Tool.leftovers(of: root) == [])
                    }
                }
            }
        }

        @Test("killed again and again it goes on where it was, to the same end")
        func kills() async throws {
            try await withTree(.trixie, units: ["mine.service": EndingTests.unit]) { root in
                let whole = try await withState { state in
                    try await start(root, state).end()
                }
                #expect(whole.status == 0, "\(whole.errors)")
                let expected = try ComparableResult(whole)
                var random = SplitMix64(seed: 3)
                var kills = 0
                let wanted =
                    ProcessInfo.processInfo.environment["TEMPER_KILLS"].flatMap { Int($0) } ?? 4
                while kills < wanted {
                    try await withState { state in
                        var isFinished = false
                        while !isFinished {
                            let run = try start(root, state)
                            try await wait(
                                for: run, trials: Int.random(in: 0...4, using: &random))
                            try await Task.sleep(
                                for: .milliseconds(Int.random(in: 0...250, using: &random)))
                            if kills < wanted, run.isRunning {
                                run.signal(SIGKILL)
                                kills += 1
                            }
                            let report = try await run.end()
                            isFinished = report.status != 128 + SIGKILL
                            if isFinished {
                                #expect(report.status == 0, "\(report.errors)")
                                let result = try ComparableResult(report)
                                #expect(result == expected)
                            }
                            #expect(try await Tool.leftovers(of: root) == [])
                        }
                    }
                }
            }
        }
    }
}
