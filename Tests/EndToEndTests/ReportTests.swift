import Fixtures
import Foundation
import Reports
import Testing

extension EndToEnd {
    @Suite("reports on what was decided", .serialized)
    struct ReportTests {
        /// Needs a capability at its start, and its place in /var/lib.
        static let unit = """
            [Service]
            Type=exec
            ExecStartPre=/bin/chown daemon /var/lib/mine/state
            ExecStart=/bin/sh -c 'echo "$$HOSTNAME it'\\''s" >> /var/lib/mine/state && exec sleep 1000'
            ExecReload=/bin/true

            [X-Temper]
            Prepare=mkdir -p /var/lib/mine && touch /var/lib/mine/state
            Probe=test -s /var/lib/mine/state && systemctl --failed --plain --no-legend | wc -l | grep -qx 0
            Settle=10ms
            """

        func temper(
            _ state: String, _ arguments: String..., within deadline: Duration = .seconds(120)
        ) async throws -> BuiltProduct.Report {
            try await Tool.temper.run(arguments + ["--state-dir", state], within: deadline)
        }

        @Test("every form of one campaign, and its trials as commands that come to the same")
        func campaign() async throws {
            try await withTree(.trixie, units: ["mine.service": ReportTests.unit]) { root in
                try await withState { state in
                    let hardened = try await Tool.harden(
                        "mine", root: root, state: state,
                        ["--json", "--quiet", "--style", "packager"])
                    #expect(hardened.status == 0, "\(hardened.errors)")
                    let result = try Tool.result(hardened)
                    #expect(result.dropIn.contains("\nStateDirectory=mine\n"), "\(result)")
                    #expect(!result.dropIn.contains("ReadWritePaths=-/var/lib/mine"))
                    #expect(result.packaged?.because == nil)
                    try await forms(state)
                    try await exports(state, of: root)
                    try await repetitions(state)
                    try await badInput(state)
                }
                #expect(try await Tool.leftovers(of: root) == [])
            }
        }

        private func forms(_ state: String) async throws {
            let text = try await temper(state, "report", "mine")
            #expect(text.status == 0, "\(text.errors)")
            // The drop-in is shown as it is.
            let own = text.output.prefix(upTo: text.output.range(of: "\nDrop-in\n")!.lowerBound)
            #expect(own.split(separator: "\n").allSatisfy { $0.count <= 100 }, "\(own)")
            #expect(
                text.output.contains(
                    "because chown: fchownat /var/lib/mine/state failed with EPERM for lack of CAP_CHOWN"
                ),
                "\(text.output)")
            #expect(text.output.contains("(tried in trial "))
            for (format, words) in [
                ("markdown", "# Hardening of `mine.service`"), ("html", "<!doctype html>"),
                ("junit", "<testsuites"), ("sarif", "\"version\" : \"2.1.0\""),
            ] {
                let report = try await temper(state, "report", "mine", "--format", format)
                #expect(report.status == 0 && report.output.contains(words), "\(format)")
            }
            let json = try await temper(state, "report", "--format", "json")
            let report = try JSONDecoder().decode(Report.self, from: Data(json.output.utf8))
            try Tool.keeps(Data(json.output.utf8), to: report.schema)
            #expect(report.units.map(\.unit) == ["mine.service"])
            #expect(report.units[0].missing.isEmpty, "\(report.units[0].missing)")
            let overview = try await temper(state, "report")
            #expect(overview.output.contains("mine.service"))
            let dropIn = try await temper(state, "report", "mine", "--format", "drop-in")
            #expect(dropIn.output == report.units[0].result.dropIn)
            #expect(dropIn.output.contains("\n[Service]\n"))
            let file = state + "/report.html"
            let written = try await temper(state, "report", "mine", "--format", "html", "-o", file)
            #expect(written.status == 0 && written.output.isEmpty)
            #expect(try String(contentsOfFile: file, encoding: .utf8).hasSuffix("</html>\n"))
        }

        /// The commands that `explain` prints are run as they stand, for trials of each kind.
        private func repetitions(_ state: String) async throws {
            let json = try await temper(state, "report", "mine", "--format", "json")
            let unit = try JSONDecoder().decode(Report.self, from: Data(json.output.utf8)).units[0]
            // Those on the real unit have no such command.
            let copies = unit.trials.filter { !$0.purpose.hasPrefix("the proving") }
            let failed = copies.filter { $0.verdict == .failed }
            let passed = copies.filter { $0.verdict == .passed && $0.number > 2 }
            let alone = unit.refusals.filter(\.isAlone).map(\.trial)
            let chosen =
                [unit.trials[0], passed.first, failed.first, failed.last].compactMap(\.self)
                + failed.filter { alone.contains($0.number) }.prefix(1)
            #expect(chosen.count == 5)
            for trial in chosen {
                let text = try await temper(state, "explain", "\(trial.number)")
                #expect(text.status == 0, "\(text.errors)")
                let data = Data(
                    try await temper(state, "explain", "\(trial.number)", "--json").output.utf8)
                try Tool.keeps(data, to: "temper.explain/1")
                let told = try JSONDecoder().decode(ExplanationReport.self, from: data)
                #expect(told.text == text.output && told.trial?.verdict == trial.verdict)
                let status = try await Tool.repeatByHand(text.output)
                #expect((status == 0) == (trial.verdict == .passed), "\(text.output)")
            }
        }

        private func badInput(_ state: String) async throws {
            for (arguments, status, words) in [
                (["report", "other"], 1, "no finished campaign for other.service"),
                (["report", "mine", "--campaign", "99"], 1, "has no campaign 99"),
                (["report", "--campaign", "1"], 64, "--campaign is one of a unit"),
                (["report", "--format", "drop-in"], 64, "--format drop-in is of one unit"),
                (["report", "--format", "nixos"], 64, "--format nixos is of one unit"),
                (["report", "mine", "--format", "patch"], 64, "needs --on FILE"),
                (["report", "mine", "--on", "x.service"], 64, "--on is for --format patch"),
                (["report", "mine", "--format", "patch", "--on", "/x"], 64, "go there"),
                (["report", "mine", "--format", "patch", "--on", "no/x"], 64, "cannot be read"),
                (["report", "mine", "-o", "/no/such/place"], 64, "/no/such"),
                (["explain", "9999"], 1, "has no trial 9999"),
                (["explain", "--json"], 64, "--json is of one subject"),
                (["explain", "1", "--unit", "other"], 1, "no campaign of other.service"),
                (["explain", "NoSuchDirective"], 64, "is neither a directive that temper knows"),
            ] {
                let report = try await Tool.temper.run(arguments + ["--state-dir", state])
                #expect(report.status == status, "\(arguments) \(report.errors)")
                #expect(
                    report.complaints.count == 1 && report.errors.contains(words),
                    "\(report.errors)")
            }
        }

        @Test("a form that there is not is bad usage, and the message has those that there are")
        func form() async throws {
            let report = try await Tool.temper.run(["report", "mine", "--format", "pdf"])
            #expect(report.status == 64 && report.output.isEmpty)
            for format in [
                "text", "markdown", "html", "json", "junit", "sarif", "drop-in", "patch", "nixos",
                "ansible", "quadlet", "security-policy",
            ] {
                #expect(report.errors.contains(format))
            }
        }

        @Test("nothing on record is said, and makes no record")
        func nothing() async throws {
            try await withState { directory in
                let state = directory + "/none"
                for command in [["report"], ["report", "nginx"], ["explain", "3"]] {
                    let report = try await Tool.temper.run(command + ["--state-dir", state])
                    #expect(report.status == 1 && report.complaints.count == 1, "\(report.errors)")
                }
                #expect(!FileManager.default.fileExists(atPath: state))
            }
        }

        @Test("directives that are made for each service have an answer too")
        func perService() async throws {
            for name in [
                "User", "ReadWritePaths", "BindPaths", "BindReadOnlyPaths", "SocketBindAllow",
                "IPAddressAllow",
            ] {
                let report = try await Tool.temper.run(["explain", name])
                #expect(
                    report.status == 0 && report.output.contains("\(name)="), "\(report.errors)")
                #expect(
                    report.output.split(separator: "\n").allSatisfy { $0.count <= 100 },
                    "\(report.output)")
            }
        }

        @Test("the report names the true cause of planted breakages")
        func evidence() async throws {
            let report = try await BuiltProduct("temper-benchmark").run(
                [
                    "evidence", "--roots",
                    URL(filePath: Release.trixie.root).deletingLastPathComponent().path,
                ],
                within: .seconds(300))
            print(report.output.split(separator: "\n").suffix(16).joined(separator: "\n"))
            #expect(report.status == 0, "\(report.output)\(report.errors)")
        }
    }
}
