import Fixtures
import Foundation
import Hardening
import Reports
import Testing
import Trials

extension EndToEnd {
    /// A service that is root, and of /run needs a directory of its own only, which it makes itself.
    @Suite("a service has a directory of its own made in place of all of /run", .serialized)
    struct RuntimeDirectoryTests {
        /// - Parameter beside: whether it makes a file in /run itself as well.
        private func harden(beside: Bool) async throws -> (HardeningResult, CheckReport) {
            let program = """
                #!/usr/bin/perl
                use IO::Socket::INET;
                mkdir '/run/homemade' or -d '/run/homemade' or die "no directory: $!";
                sub keep { open my $file, '>', $_[0] or die "not kept: $!"; print $file $$ }
                keep('/run/homemade/state');
                \(beside ? "keep('/run/homemade.pid');" : "")
                my $socket = IO::Socket::INET->new(LocalPort => 8071, Listen => 5, ReuseAddr => 1)
                    or die "no socket: $!";
                while (my $client = $socket->accept) { print $client "hello\\n"; close $client }
                """
            let unit = """
                [Service]
                Type=exec
                ExecStart=/usr/local/bin/homemade
                [X-Temper]
                ProbeTCP=127.0.0.1:8071
                Keep=User
                """
            return try await withTree(
                .trixie, units: ["homemade.service": unit], programs: ["homemade": program]
            ) { root in
                try await withState { state in
                    let report = try await Tool.harden(
                        "homemade", root: root, state: state, ["--json", "--quiet", "--fast"])
                    #expect(report.status == 0, "\(report.errors)")
                    let check = try await Tool.temper.run(
                        [
                            "check", "homemade", "--state-dir", state, "--quiet",
                            "--no-tightening", "--format", "json",
                        ], within: .seconds(240))
                    return (
                        try Tool.result(report),
                        try JSONDecoder().decode(
                            CheckReport.self, from: Data(check.output.utf8))
                    )
                }
            }
        }

        @Test("where it makes nothing else there; and the rest of /run is closed")
        func made() async throws {
            let (result, check) = try await harden(beside: false)
            #expect(result.verified && result.livedThrough?.contains("boot") == true)
            #expect(result.accepted.contains("ProtectSystem=strict"))
            for line in [
                "ReadWritePaths=-/run/homemade", "RuntimeDirectory=homemade",
                "RuntimeDirectoryMode=0755", "RuntimeDirectoryPreserve=yes",
            ] {
                #expect(result.dropIn.contains("\n\(line)\n"), "\(result.dropIn)")
            }
            let files = result.waysOut?.ways.first { $0.way == "unit-files" }
            #expect(files?.before == .open && files?.after == .closed)
            #expect(check.units.map(\.standing) == [.passed])
        }

        @Test("and not where it makes a file beside it")
        func notMade() async throws {
            let (result, check) = try await harden(beside: true)
            #expect(result.verified)
            #expect(!result.dropIn.contains("RuntimeDirectory"), "\(result.dropIn)")
            #expect(result.dropIn.contains("\nReadWritePaths=-/run -/run/homemade\n"))
            #expect(check.units.map(\.standing) == [.passed])
        }
    }
}
