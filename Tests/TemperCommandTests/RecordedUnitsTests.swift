import Fixtures
import Foundation
import Testing
import TrialLedger

@Suite("A unit that is not on record is told with the one that was meant", .timeLimit(.minutes(2)))
struct RecordedUnitsTests {
    @Test(
        "by every command that reads the record",
        arguments: [
            ["history", "ngimx"], ["report", "ngimx"], ["explain", "3", "--unit", "ngimx"],
        ])
    func near(words: [String]) async throws {
        let state = NSTemporaryDirectory() + "temper-state-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: state) }
        _ = try TrialStore(directory: state).campaign(
            unit: "nginx.service", fingerprint: "f", now: 1)
        let report = try await BuiltProduct("temper").run(words + ["--state-dir", state])
        #expect(report.status == 1 && report.complaints.count == 1)
        #expect(report.errors.hasSuffix("; did you mean nginx.service?\n"), "\(report.errors)")
        // One that is there and has nothing to show is not told to be meant.
        let known = try await BuiltProduct("temper").run(
            ["report", "nginx", "--state-dir", state])
        #expect(known.status == 1 && !known.errors.contains("did you mean"), "\(known.errors)")
    }
}
