import Fixtures
import Foundation
import Reports
import Testing
import Trials

extension EndToEnd {
    @Suite("checks see what changed", .serialized)
    struct CheckChangesTests {
        private static let program = """
            #!/bin/sh
            if test -e /etc/old; then
                chown nobody /srv/owned && cat /home/read >/dev/null || exit 1
            fi
            exec sleep 1000

            """

        /// - Parameter settings: what the unit itself sets.
        private static func unit(_ settings: String) -> String {
            """
            [Service]
            Type=exec
            ExecStart=/usr/local/bin/careful
            \(settings)

            [X-Temper]
            Probe=true

            """
        }

        private static func check(
            _ arguments: [String], state: String
        ) async throws -> UnitCheck {
            let report = try await Tool.temper.run(
                ["check", "--state-dir", state, "--quiet", "--format", "json"] + arguments,
                within: .seconds(240))
            let data = Data(report.output.utf8)
            let whole = try JSONDecoder().decode(CheckReport.self, from: data)
            try Tool.keeps(data, to: whole.schema)
            return try #require(whole.units.first, "\(report.errors)")
        }

        @Test("a unit that now sets more itself than its drop-in leaves of it")
        func loosens() async throws {
            let unit = "careful.service"
            try await withTree(
                .trixie, units: [unit: Self.unit("")], programs: ["careful": Self.program]
            ) { root in
                try await withState { state in
                    for file in ["/etc/old", "/srv/owned", "/home/read"] {
                        try "x".write(toFile: root + file, atomically: true, encoding: .utf8)
                    }
                    let hardened = try await Tool.harden(
                        "careful", root: root, state: state, ["--quiet", "--json", "--fast"])
                    try #require(hardened.status == 0, "\(hardened.errors)")
                    let dropIn = try Tool.result(hardened).dropIn
                    try #require(dropIn.contains("\nCapabilityBoundingSet=CAP_CHOWN"), "\(dropIn)")

                    // The new version needs nothing of that any more, and forbids it itself.
                    try FileManager.default.removeItem(atPath: root + "/etc/old")
                    try Self.unit(
                        "CapabilityBoundingSet=\nProtectHome=yes\nProtectSystem=strict"
                    ).write(
                        toFile: "\(root)/etc/systemd/system/\(unit)", atomically: true,
                        encoding: .utf8)
                    let result = try await Self.check(
                        ["careful", "--no-tightening"], state: state)
                    #expect(result.standing == .passed)
                    #expect(
                        result.changes.map(\.what) == ["/etc/systemd/system/\(unit)"],
                        "\(result.changes)")
                    let said = result.notes.filter { $0.kind == .loosens }.map(\.text)
                    print(said)
                    #expect(said.contains { $0.contains("CapabilityBoundingSet reads CAP_CHOWN") })
                    #expect(said.contains { $0.contains("ProtectHome reads read-only instead") })
                    // What is offered gives what the unit asks for, and was tried so.
                    let offer = try #require(result.offer)
                    #expect(offer.verified)
                    #expect(!offer.dropIn.contains("CAP_CHOWN"))
                    #expect(!offer.dropIn.contains("\nProtectHome="), "\(offer.dropIn)")
                    // As long as it is not installed, that is still so.
                    let again = try await Self.check(["careful"], state: state)
                    #expect(again.changes.isEmpty && again.trials == 1)
                    #expect(again.notes.filter { $0.kind == .loosens }.map(\.text) == said)
                }
            }
        }

        @Test("two campaigns of a service that changed differ, and history tells in what")
        func history() async throws {
            let unit = "planted.service"
            try await withTree(.trixie, units: [unit: PlantedServer.unit]) { root in
                try await withState { state in
                    for needs in [[], [.path, .family]] as [[PlantedServer.Need]] {
                        try PlantedServer.install(in: root, needing: needs)
                        let hardened = try await Tool.harden(
                            "planted", root: root, state: state, ["--quiet", "--json", "--fast"])
                        try #require(hardened.status == 0, "\(hardened.errors)")
                    }
                    let list = try await Tool.temper.run(
                        ["history", "planted", "--state-dir", state])
                    let numbers = list.output.split(separator: "\n").compactMap {
                        $0.split(separator: " ").first.map(String.init)
                    }
                    try #require(numbers.count == 2, "\(list.output)")
                    let report = try await Tool.temper.run(
                        [
                            "history", "planted", "--state-dir", state, "--diff", numbers[1],
                            numbers[0],
                        ])
                    #expect(report.status == 0, "\(report.errors)")
                    let json = try await Tool.temper.run(
                        [
                            "history", "planted", "--state-dir", state, "--json", "--diff",
                            numbers[1], numbers[0],
                        ])
                    let data = Data(json.output.utf8)
                    try Tool.keeps(data, to: "temper.history/1")
                    let history = try JSONDecoder().decode(HistoryReport.self, from: data)
                    #expect(history.campaigns.map(\.number).map(String.init) == numbers.reversed())
                    #expect(history.difference?.lost.isEmpty == false)
                    let lines = report.output.split(separator: "\n").map(String.init)
                    print(report.output)
                    #expect(lines.first?.hasPrefix("exposure ") == true)
                    #expect(lines.allSatisfy { $0.count <= 100 })
                    // What changed on the machine.
                    #expect(report.output.contains("Changed\n  /usr/local/bin/planted "))
                    // Directives, each with its reason.
                    #expect(
                        lines.contains {
                            $0.hasPrefix("  RestrictAddressFamilies=~AF_NETLINK: ")
                                && $0.contains("netlink: ")
                        }, "\(report.output)")
                    let backwards = try await Tool.temper.run(
                        [
                            "history", "planted", "--state-dir", state, "--diff", numbers[0],
                            numbers[1],
                        ])
                    #expect(
                        backwards.output.contains(
                            "Taken now\n")
                            && backwards.output.contains("  RestrictAddressFamilies"),
                        "\(backwards.output)")
                }
            }
        }

        @Test("the files of a user's own unit count")
        func ofUser() async throws {
            try await withCopy(of: Release.services, ofUser)
        }

        private func ofUser(in tree: String) async throws {
            let home = tree + "/home/mona/.config/systemd/user"
            func write(_ name: String, _ text: String) throws {
                let file = URL(filePath: "\(home)/\(name)")
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try text.write(to: file, atomically: true, encoding: .utf8)
            }
            try write(
                "mine.service", "[Service]\nExecStart=/bin/sleep 1000\n[X-Temper]\nProbe=true\n")
            try await withState { state in
                let hardened = try await Tool.harden(
                    "mine", root: tree, state: state,
                    ["--user", "--as", "mona", "--quiet", "--json", "--max-trials", "8"])
                try #require(hardened.status == 0, "\(hardened.errors)")
                let question = ["mine", "--user", "--as", "mona", "--if-changed"]
                #expect(
                    try await Self.check(question, state: state).standing == .unchanged)
                // What temper installed for her is what is checked, and no change.
                try write("mine.service.d/50-temper.conf", "[Service]\nUMask=0027\n")
                #expect(
                    try await Self.check(question, state: state).standing == .unchanged)
                try write("mine.service.d/more.conf", "[Service]\nEnvironment=A=b\n")
                let result = try await Self.check(question + ["--no-tightening"], state: state)
                #expect(result.standing == .passed, "\(result)")
                #expect(
                    result.changes.map(\.what) == [
                        "/home/mona/.config/systemd/user/mine.service.d/more.conf"
                    ])
                #expect(
                    try await Self.check(question, state: state).standing == .unchanged)
            }
        }

        /// Becomes mail, whom nothing names.
        private static let becoming = """
            [Service]
            Type=exec
            ExecStart=/usr/bin/perl -MPOSIX -e 'setgid(8); setuid(8); sleep 1000'
            """

        @Test(
            "a service becomes on record whom it was seen to become, and nobody else",
            arguments: [("mail", UnitCheck.Conclusion.passed), ("games", .untested)])
        func becomes(user: String, standing: UnitCheck.Conclusion) async throws {
            try await withTree(.trixie, units: ["becoming.service": Self.becoming]) { root in
                try await withState { state in
                    try FileManager.default.createDirectory(
                        atPath: state, withIntermediateDirectories: true)
                    let record = state + "/becoming.temper"
                    try """
                    [X-Temper-Record]
                    Schema=2
                    Unit=becoming.service
                    [X-Temper]
                    Probe=pgrep perl
                    [X-Temper-Profile]
                    Take=User=\(user)
                    [X-Temper-Usage]
                    User=\(user)
                    """.write(toFile: record, atomically: true, encoding: .utf8)
                    let result = try await Self.check(
                        ["--record", record, "--root", root, "--no-tightening"], state: state)
                    #expect(result.standing == standing, "\(result)")
                    let refusal =
                        "the record of becoming.service asks for what is not the service's: "
                        + "neither the unit nor its package names the user games; "
                    #expect(
                        standing == .passed || result.because?.hasPrefix(refusal) == true,
                        "\(result)")
                }
            }
        }
    }
}
