import Fixtures
import Foundation
import Glibc
import TemperTesting
import Testing
import TrialLedger

@Suite("A campaign that is killed", .serialized, .timeLimit(.minutes(5)))
struct KillTests {
    let victim = BuiltProduct("campaign-victim")

    private func withDirectory<Result>(_ body: (String) async throws -> Result) async throws
        -> Result
    {
        let directory = NSTemporaryDirectory() + "temper-kill-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        return try await body(directory)
    }

    /// How many trials were run and put on record, as the victim counts them.
    private func tried(in directory: String) -> Int {
        (try? Data(contentsOf: URL(fileURLWithPath: directory + "/tried")))?.count ?? 0
    }

    @Test(
        "at any point goes on where it was, and ends as if nothing had happened",
        arguments: [("1", 30), ("4", 10)])
    func anywhere(_ width: String, _ most: Int) async throws {
        let seed = "5"
        let whole = try await withDirectory { directory in
            try await victim.run([directory, seed, "0", width])
        }
        #expect(whole.status == 0 && whole.output.contains("accepted"), "\(whole.errors)")
        var random = SplitMix64(seed: 1)
        var kills = 0
        var finished = 0
        while kills < most {
            try await withDirectory { directory in
                var killsHere = 0
                while true {
                    let recorded = tried(in: directory)
                    let run = try victim.start([directory, seed, "10", width])
                    // It is killed at a random moment after the first few trials of this run.
                    let more = Int.random(in: 1...6, using: &random)
                    while run.isRunning, tried(in: directory) < recorded + more {
                        try await Task.sleep(for: .milliseconds(1))
                    }
                    try await Task.sleep(for: .milliseconds(Int.random(in: 0...40, using: &random)))
                    let wasRunning = run.isRunning
                    if wasRunning && kills < most {
                        run.signal(SIGKILL)
                        kills += 1
                        killsHere += 1
                    }
                    let report = try await run.end()
                    if report.status == 0 {
                        #expect(report.output == whole.output)
                        finished += 1
                        break
                    }
                    #expect(report.status == 128 + SIGKILL, "\(report.errors)")
                    let ledger = try TrialStore(directory: directory)
                        .campaign(unit: "victim.service", fingerprint: "f", now: 1)
                    // What was said to be on record is; at most one more a kill was not said yet.
                    #expect(ledger.resumed >= tried(in: directory))
                    #expect(ledger.resumed <= tried(in: directory) + killsHere)
                }
            }
        }
        #expect(kills >= most && finished > 0)
    }
}
