import Fixtures
import Foundation
import Reports
import Systemd
import TemperKit
import Testing

/// `Tests/package` has the journal of a machine tell and explain them.
@Suite("What the journal is told has an explanation in the catalogue", .timeLimit(.minutes(1)))
struct JournalMessagesTests {
    @Test("each kind of message, and nothing else")
    func catalogue() async throws {
        let root = NSTemporaryDirectory() + "temper-catalogue-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: root) }
        let place = root + "/usr/lib/systemd/catalog"
        try FileManager.default.createDirectory(
            atPath: place, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            atPath: packaging.path + "/temper.catalog", toPath: place + "/temper.catalog")
        let update = try await runProgram(
            "/usr/bin/journalctl", ["--update-catalog", "--root", root])
        #expect(update.status == 0, "\(update.errors)")
        let listed = try await runProgram(
            "/usr/bin/journalctl", ["--list-catalog", "--root", root]
        ).output.split(separator: "\n").map { String($0.prefix { $0 != " " }) }
        #expect(listed.sorted() == JournalMessage.Kind.allCases.map(\.rawValue).sorted())
    }

    @Test("a check tells what is not as it was")
    func check() {
        func told(
            _ standing: UnitCheck.Conclusion, _ because: String? = nil, notApplied: String? = nil
        ) -> [String] {
            var check = UnitCheck(unit: "x.service", standing: standing, because: because)
            check.notApplied = notApplied
            return check.journalMessages.map { "\($0.kind) \($0.text)" }
        }
        #expect(told(.passed).isEmpty && told(.unchanged).isEmpty)
        #expect(
            told(.regressed, "no answer")
                == ["regressed x.service fails under the hardening on record: no answer"])
        #expect(
            told(.broken, "no answer")
                == ["broken x.service fails without any restriction: no answer"])
        #expect(told(.untested, "no lab") == ["untested x.service could not be checked: no lab"])
        #expect(
            told(.regressed, "no answer", notApplied: "a disk is full") == [
                "regressed x.service fails under the hardening on record: no answer",
                "notInstalled x.service runs without what passes now: a disk is full",
            ])
    }
}
