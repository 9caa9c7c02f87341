import Fixtures
import Foundation
import Hardening
import Reports
import Testing
import Trials

extension EndToEnd {
    /// A service of somebody's own, as most are written: root, because nobody said otherwise.
    @Suite("a service that is root without need becomes somebody else", .serialized)
    struct OtherUserTests {
        private static let program = """
            #!/usr/bin/perl
            use IO::Socket::INET;
            my $keeping = '/var/lib/homemade';
            if (-d $keeping) { open my $kept, '>>', "$keeping/kept" or die "nothing kept: $!" }
            my $socket = IO::Socket::INET->new(LocalPort => 8070, Listen => 5, ReuseAddr => 1)
                or die "no socket: $!";
            while (my $client = $socket->accept) { print $client "hello\\n"; close $client }
            """
        private static let unit = """
            [Service]
            Type=exec
            ExecStart=/usr/local/bin/homemade
            [X-Temper]
            ProbeTCP=127.0.0.1:8070
            """

        /// - Parameter preparing: commands in the tree, before.
        private func harden(
            _ preparing: String, _ options: String...,
            body: (HardeningResult, _ root: String, _ state: String) async throws -> Void
        ) async throws {
            try await withTree(
                .trixie, units: ["homemade.service": Self.unit],
                programs: ["homemade": Self.program]
            ) { root in
                let made = try await runProgram(
                    "/bin/sh", ["-euc", "cd \"$1\"; \(preparing)", "sh", root])
                #expect(made.status == 0, "\(made.errors)")
                try await withState { state in
                    let report = try await Tool.harden(
                        "homemade", root: root, state: state,
                        ["--json", "--quiet", "--fast"] + options)
                    #expect(report.status == 0, "\(report.errors)")
                    #expect(!report.errors.contains("a lab less"), "\(report.errors)")
                    let result = try Tool.result(report)
                    #expect(result.verified)
                    try await body(result, root, state)
                }
            }
        }

        private func report(state: String) async throws -> UnitReport {
            let json = try await Tool.temper.run([
                "report", "homemade", "--state-dir", state, "--format", "json",
            ])
            let report = try JSONDecoder().decode(Report.self, from: Data(json.output.utf8))
            return try #require(report.units.first)
        }

        /// How many of them ran at the same time.
        private func mostAtATime(_ trials: [TrialEntry]) -> Int {
            trials.map { one in
                trials.count {
                    $0.startMilliseconds <= one.startMilliseconds
                        && one.startMilliseconds < $0.startMilliseconds + $0.milliseconds
                }
            }.max() ?? 0
        }

        private func check(root: String, state: String) async throws {
            let report = try await Tool.temper.run(
                [
                    "check", "homemade", "--state-dir", state, "--quiet", "--no-tightening",
                    "--format", "json",
                ], within: .seconds(240))
            let whole = try JSONDecoder().decode(CheckReport.self, from: Data(report.output.utf8))
            #expect(whole.units.map(\.standing) == [.passed], "\(report.output)")
        }

        @Test("one who exists only while it runs, where it keeps nothing")
        func dynamic() async throws {
            try await harden("true") { result, root, state in
                #expect(result.accepted.contains("User=homemade"))
                #expect(result.dropIn.contains("\nUser=homemade\n"))
                #expect(result.dropIn.contains("\nDynamicUser=yes\n"))
                #expect(result.preparations == [])
                #expect(!result.skipped.contains { $0.what == "User=" })
                #expect(result.exposure.after <= 1.2, "\(result.exposure)")
                let secrets = result.waysOut?.ways.first { $0.way == "secrets" }
                #expect(secrets?.before == .open && secrets?.after == .closed)
                try await check(root: root, state: state)
            }
        }

        @Test("one of its own where it keeps something, whom its preparations make")
        func ofItsOwn() async throws {
            // Its directory changes hands in every lab in which it is tried.
            try await harden(
                "mkdir var/lib/homemade", "--jobs", "3", "--style", "packager"
            ) { packaged, root, state in
                // What systemd does at each start nobody has to do by hand.
                #expect(packaged.dropIn.contains("\nStateDirectory=homemade\n"))
                #expect(packaged.preparations.count == 1 && packaged.packaged?.because == nil)
                let report = try await report(state: state)
                #expect(mostAtATime(report.trials) > 1)
                let result = report.result
                #expect(result.accepted.contains("User=homemade"))
                #expect(!result.dropIn.contains("DynamicUser=yes"))
                #expect(result.preparations.count == 2)
                #expect(result.preparations.last == "chown -R homemade /var/lib/homemade")
                // Nobody else is that user.
                #expect(
                    result.waysOut?.ways.first { $0.way == "neighbour-signals" }?.after == .absent)
                // A check makes both for itself.
                try await check(root: root, state: state)
                // They do what they say.
                let commands = result.preparations.joined(separator: "; ")
                let plain = try await Tool.temper.run(["lab", "up", "prepared", "--root", root])
                #expect(plain.status == 0, "\(plain.errors)")
                let listed = try await Tool.temper.run(["lab", "list", "--json"])
                try Tool.keeps(Data(listed.output.utf8), to: "temper.labs/1")
                let labs = try JSONDecoder().decode(
                    LabsReport.self, from: Data(listed.output.utf8)
                ).labs
                #expect(labs.first { $0.name == "prepared" }?.root == root)
                let owner = try await Tool.temper.run([
                    "lab", "exec", "prepared", "sh", "-euc",
                    "\(commands); stat -c %U /var/lib/homemade; getent passwd homemade",
                ])
                _ = try await Tool.temper.run(["lab", "down", "prepared"])
                #expect(owner.output.hasPrefix("homemade\nhomemade:"), "\(owner)")
                #expect(owner.output.contains("runs homemade.service"))
            }
        }

        @Test(
            "nobody where something speaks for root, which the result says with what it costs",
            arguments: [
                (
                    "mkdir -p etc/homemade; echo x >etc/homemade/key; chmod 600 etc/homemade/key",
                    "homemade may not read /etc/homemade/key"
                ),
                (
                    "mkdir -p etc/sysusers.d; echo homemade:x:900: >>etc/group",
                    "its name cannot be that of a user of its own"
                ),
            ])
        func root(preparing: String, because: String) async throws {
            try await harden(preparing) { result, _, _ in
                #expect(!result.accepted.contains { $0.hasPrefix("User=") })
                let why = result.skipped.first { $0.what == "User=" }?.because
                #expect(why?.hasPrefix("it stays root, which costs 0.") == true, "\(why ?? "")")
                #expect(why?.hasSuffix(": \(because)") == true, "\(why ?? "")")
            }
        }
    }
}
