import Fixtures
import Foundation
import Reports
import Testing

extension EndToEnd {
    @Suite("a service that talks to other machines", .serialized)
    struct PeerTests {
        /// Tells one of them something at each start, and does not live without.
        private static let program = """
            #!/usr/bin/perl
            use Socket;
            socket(my $s, AF_INET, SOCK_DGRAM, 0) or die 'socket: ', $!;
            connect($s, sockaddr_in(514, inet_aton('192.0.2.7'))) or die 'connect: ', $!;
            defined(send($s, 'here', 0)) or die 'send: ', $!;
            sleep 1000;
            """

        /// Gives the lab's loopback the other machine's address (SIOCSIFADDR, netdevice(7)).
        private static let unit = """
            [Service]
            Type=exec
            ExecStart=/usr/local/bin/teller

            [X-Temper]
            Prepare=perl -MSocket -e 'socket(S, AF_INET, SOCK_DGRAM, 0); ioctl(S, 0x8916, \
            pack("a16 S n a4 x8", "lo:1", AF_INET, 0, inet_aton("192.0.2.7"))) or die $!'
            Probe=pgrep -x teller
            """

        @Test("keeps the addresses that it was seen to need, and no others")
        func addresses() async throws {
            try await withTree(
                .trixie, units: ["teller.service": Self.unit], programs: ["teller": Self.program]
            ) { root in
                try await withState { state in
                    let report = try await Tool.harden(
                        "teller", root: root, state: state, ["--json", "--quiet", "--strictest"])
                    #expect(report.status == 0, "\(report.errors)")
                    let result = try Tool.result(report)
                    #expect(result.verified, "\(result.warnings)")
                    #expect(result.accepted.contains("IPAddressDeny=all-but-localhost"))
                    let refused = result.refused.map(\.restriction)
                    #expect(refused.contains("IPAddressAllow=~192.0.2.7/32"), "\(refused)")
                    #expect(
                        result.dropIn.contains(
                            "\nIPAddressAllow=127.0.0.0/8 0:0:0:0:0:0:0:1/128 192.0.2.7/32\n"),
                        "\(result.dropIn)")
                }
            }
        }
    }
}
