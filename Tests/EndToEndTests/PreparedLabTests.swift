import Fixtures
import Foundation
import Reports
import Testing

extension EndToEnd {
    @Suite("prepares a lab before the first start", .serialized)
    struct PreparedLabTests {
        /// A service that needs a device node, which no lab has.
        private static let unit = """
            [Service]
            Type=exec
            ExecStart=/bin/sh -c 'test -c /dev/odd && exec sleep 1000'

            [X-Temper]
            Prepare=mknod /dev/odd c 4 63
            Probe=true
            """

        @Test("each lab of a campaign, that of the first start as well")
        func everyLab() async throws {
            try await withTree(.trixie, units: ["mine.service": Self.unit]) { root in
                try await withState { state in
                    let report = try await Tool.harden(
                        "mine", root: root, state: state,
                        ["--json", "--quiet", "--fast", "--max-trials", "8"])
                    #expect(report.status == 0, "\(report.errors)")
                    let result = try Tool.result(report)
                    #expect(result.verified)
                    // A lab that was not prepared would fail the first start.
                    #expect(!result.warnings.contains { $0.contains("never ran before") })
                }
            }
        }

        @Test("and a service that fails all the same is shown with what prepared its lab")
        func advice() async throws {
            let unit = Self.unit.replacing("Probe=true", with: "Probe=false\nStartPeriod=200ms")
            try await withTree(.trixie, units: ["mine.service": unit]) { root in
                try await withState { state in
                    let report = try await Tool.harden(
                        "mine", root: root, state: state, ["--quiet"])
                    #expect(report.status == 2)
                    #expect(
                        report.errors.contains(
                            "temper lab exec look sh -c 'mknod /dev/odd c 4 63'\n"),
                        "\(report.errors)")
                }
            }
        }

        @Test("and says so when it cannot")
        func fails() async throws {
            let unit = Self.unit.replacing("mknod /dev/odd c 4 63", with: "echo no node; exit 7")
            try await withTree(.trixie, units: ["mine.service": unit]) { root in
                try await withState { state in
                    let report = try await Tool.harden(
                        "mine", root: root, state: state, ["--quiet"])
                    #expect(report.status == 2)
                    #expect(report.complaints.count == 1, "\(report.errors)")
                    #expect(
                        report.errors.contains(
                            "Prepare=echo no node; exit 7: exit status 7: no node"))
                }
                #expect(try await Tool.leftovers(of: root) == [])
            }
        }
    }
}
