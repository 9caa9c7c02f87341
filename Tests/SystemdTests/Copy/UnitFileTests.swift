import Testing

@testable import Systemd

@Suite("A unit file", .timeLimit(.minutes(5)))
struct UnitFileTests {
    private func values(_ text: String, of key: String) -> [String] {
        [UnitFile(path: "/x.service", text: text)].values(of: key)
    }

    @Test("is read with sections, comments and white space")
    func readsAssignments() {
        let text = "# A=0\n[Unit]\nA=1\n[Service]\n  A = 2 3 \n;A=4\nB=5\nno assignment\n"
        #expect(values(text, of: "A") == ["2 3"])
        #expect(
            UnitFile(path: "", text: text).assignments.map(\.section)
                == ["Unit", "Service", "Service"])
    }

    @Test("goes on after a backslash, comments in between left out")
    func joinsContinuationLines() {
        #expect(values("[Service]\nA=1 \\\n# no\n   2 \\\n 3\nB=4", of: "A") == ["1  2  3"])
    }

    @Test("may end in a backslash: its last assignment counts")
    func endsInBackslash() {
        #expect(values("[Service]\nA=1\nB=2\\", of: "B") == ["2"])
        #expect(values("[Service]\nA=1\nB=2 \\\n# no more\n", of: "B") == ["2"])
    }

    @Test("does not go on after two backslashes, or after white space behind one")
    func endsLines() {
        let text = "[Service]\nA=1\\\\\nB=2\\ \nA=3\\\\\\\n4\n"
        #expect(values(text, of: "A") == ["1\\\\", "3\\\\ 4"])
        #expect(values(text, of: "B") == ["2\\"])
    }

    @Test("resets a list with an empty assignment, also one of an earlier file")
    func resetsLists() {
        let files = [
            UnitFile(path: "/a", text: "[Service]\nA=1\nA=2\n"),
            UnitFile(path: "/b", text: "[Service]\nA=\nA=3\n"),
        ]
        #expect(files.values(of: "A") == ["3"])
    }

    @Test(
        "has specifiers that follow from the name",
        arguments: [
            ("%n %N %p %i", "a-b@c-d.service a-b@c-d a-b c-d"), ("%j", "b"), ("100%%", "100%"),
            ("%t %S %C %L %E", "/run /var/lib /var/cache /var/log /etc"), ("plain", "plain"),
        ])
    func expandsSpecifiers(written: String, expanded: String) {
        #expect(Specifiers(unit: "a-b@c-d.service").expand(written) == expanded)
    }

    @Test(
        "has specifiers that only the machine can tell",
        arguments: ["%H", "%m", "x%", "%I", "%P"])
    func leavesOtherSpecifiers(written: String) {
        #expect(Specifiers(unit: "a-b@c-d.service").expand(written) == nil)
    }
}
