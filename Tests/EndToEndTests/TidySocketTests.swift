import Fixtures
import Reports
import Testing

extension EndToEnd {
    @Suite("takes what a service left to the next start of it", .serialized)
    struct TidySocketTests {
        /// It removes its socket where it is stopped, and does not start where it is left over.
        private static let unit = """
            [Service]
            Type=exec
            ExecStart=/usr/bin/perl /usr/local/bin/tidy
            """

        private static let program = """
            use IO::Socket::UNIX;
            $SIG{TERM} = sub { unlink "/run/tidy.sock"; exit 0 };
            my $own = IO::Socket::UNIX->new(Local => "/run/tidy.sock", Listen => 5) or die "in use: $!";
            sleep 1000;
            """

        @Test("a look at what is in force ends as a stop does, and the real unit starts")
        func looked() async throws {
            try await withTree(
                .trixie, units: ["tidy.service": Self.unit], programs: ["tidy": Self.program]
            ) { root in
                try await withState { state in
                    let report = try await Tool.harden(
                        "tidy", root: root, state: state,
                        [
                            "--json", "--quiet", "--fast", "--max-trials", "12", "--probe-unix",
                            "/run/tidy.sock",
                        ])
                    #expect(report.status == 0, "\(report.errors)")
                    #expect(try Tool.result(report).verified)
                }
            }
        }
    }
}
