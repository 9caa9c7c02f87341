import Foundation
import Testing

@testable import Reports

@Suite("What comes next after harden") struct NextStepsTests {
    private func text(
        _ change: (inout HardeningResult, inout NextSteps.Choices) -> Void = { _, _ in }
    ) throws -> String {
        var result = try JSONDecoder().decode(
            HardeningResult.self, from: Data(HardeningResultTests.first.utf8))
        result.unit = "nginx.service"
        var choices = NextSteps.Choices()
        change(&result, &choices)
        return NextSteps(after: result, choices).text
    }

    @Test("a result that was verified: how to install it, and what else there is")
    func verified() throws {
        #expect(
            try text() == """

                Next
                  the same command with --apply  installs it, if the real unit passes with it
                  temper report nginx.service    the drop-in, why each was refused, what helps
                  temper check nginx.service     after an upgrade: does it still pass?
                  temper explain WORD            what a word means, such as bite or contested

                """)
    }

    @Test("where the record is, and the file that was asked for")
    func places() throws {
        let text = try text { _, choices in
            choices.record = "/var/lib/temper"
            choices.output = "out/my drop-in.conf"
            choices.isOfThisMachine = false
        }
        #expect(text.hasPrefix("\nNext (on record in /var/lib/temper)\n"))
        #expect(
            text.contains(
                "\n  'out/my drop-in.conf'          is the drop-in, whose place is nginx.service.d/\n"
            ),
            "\(text)")
        #expect(!text.contains("--format"))
    }

    @Test("one that was interrupted: how to go on")
    func interrupted() throws {
        #expect(
            try text { result, _ in result.ending = .interrupted } == """

                Next
                  the same command               goes on where this ended; --fresh starts anew

                """)
    }

    @Test("commands have what is needed to be pasted, and promise nothing that cannot be")
    func choices() throws {
        let text = try text { result, choices in
            result.unit = "a b\\x20c.service"
            choices.stateDirectory = "/srv/my records"
            choices.isUsers = true
            choices.isOfThisMachine = false
        }
        #expect(
            text.contains("temper check --state-dir '/srv/my records' --user 'a b\\x20c.service'"))
        #expect(!text.contains("--apply"))
        #expect(
            text.contains(
                """
                  temper report --state-dir '/srv/my records' 'a b\\x20c.service' --format drop-in
                                                 prints the drop-in, for 'a b\\x20c.service'.d/
                """), "\(text)")
        let unproved = try self.text { result, _ in result.verified = false }
        #expect(!unproved.contains("--apply") && !unproved.contains("temper check"))
        let applied = try self.text { result, _ in
            result.applied = .init(path: "/etc/x", seconds: 1)
        }
        #expect(!applied.contains("--apply") && applied.contains("temper check"))
    }
}
