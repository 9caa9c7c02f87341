import ApplyFixture
import Reports
import TemperCommand
import TemperKit
import Testing

/// No machine is touched: whoever ends a search wants nothing installed.
@Suite("An --apply that is interrupted", .timeLimit(.minutes(1)))
struct InterruptedApplyTests {
    private let fixture = ApplyFixture(LiveMachine(), unit: "steady.service")

    @Test("before the search has ended installs nothing and ends as interrupted")
    func search() async throws {
        let hardened = await fixture.hardened(
            try ApplyFixture.found("steady.service", ending: .interrupted))
        #expect(hardened.result.applied == nil)
        #expect(hardened.notInstalled?.exitStatus == 130)
        #expect(hardened.result.notApplied == "interrupted before the search had ended")
    }

    @Test("while the machine is looked at ends so too, whatever fails then")
    func cancelled() async throws {
        var fixture = fixture
        // There is no such machine, which is an error of its own.
        fixture.machine.root = "/nonexistent"
        let found = try ApplyFixture.found("steady.service")
        let unharmed = await fixture.hardened(found)
        #expect(unharmed.notInstalled?.exitStatus == 2)
        let ended = await Task { [fixture] in
            withUnsafeCurrentTask { $0?.cancel() }
            return await fixture.hardened(found)
        }.value
        #expect(ended.notInstalled?.exitStatus == 130)
    }
}
