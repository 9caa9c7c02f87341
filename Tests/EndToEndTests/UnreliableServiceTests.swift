import Fixtures
import Foundation
import Reports
import Testing

extension EndToEnd {
    @Suite("a service that fails now and then by itself", .serialized)
    struct UnreliableServiceTests {
        /// Does not come up at its first start, nor at the sixth, which is one of the baseline, nor
        /// at the twenty-sixth, which is one of the search.
        private static let program = """
            #!/usr/bin/perl
            use Socket;
            open(my $f, '<', '/run/starts') or die 'starts: ', $!;
            my $starts = () = <$f>;
            exit 1 if grep { $starts == $_ } 1, 6, 26;
            socket(my $s, AF_INET, SOCK_DGRAM, 0) or die 'socket: ', $!;
            sleep 1000;
            """

        private static let unit = """
            [Service]
            Type=exec
            ExecStartPre=+/bin/sh -c 'echo >> /run/starts'
            ExecStart=/usr/local/bin/wobbly

            [X-Temper]
            Probe=pgrep -x wobbly
            """

        @Test("is started until it is known how often; then every answer is weighed")
        func weighed() async throws {
            try await withTree(
                .trixie, units: ["wobbly.service": Self.unit], programs: ["wobbly": Self.program]
            ) { root in
                try await withState { state in
                    let report = try await Tool.harden("wobbly", root: root, state: state, [])
                    #expect(report.status == 0, "\(report.errors)")
                    let runs = report.errors.components(separatedBy: "the service as it is, run ")
                    #expect(runs.count - 1 == 10, "\(report.errors)")
                    #expect(
                        report.output.contains(
                            /Service or probe is unreliable: about \d+ % of the answers/),
                        "\(report.output)")
                    let json = try await Tool.harden(
                        "wobbly", root: root, state: state, ["--json", "--quiet"])
                    let result = try Tool.result(json)
                    #expect(result.verified && result.ending == .complete)
                    #expect(
                        result.refused.map(\.restriction) == ["RestrictAddressFamilies=~AF_INET"])
                    #expect(0.02..<0.1 ~= result.wrongAnswers ?? 0)
                }
            }
        }
    }
}
