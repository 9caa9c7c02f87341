import Fixtures
import Foundation
import Reports
import Testing

extension EndToEnd {
    /// Services that a probe from loopback finds as well with a network as without.
    @Suite("leaves a service the network that it was seen to use", .serialized)
    struct NetworkTests {
        private static func answering(on port: Int, _ ask: String) -> String {
            """
            use strict; use Socket;
            sub listener { my ($family, $address) = @_;
                socket(my $s, $family, SOCK_STREAM, 0) or die $!;
                setsockopt $s, SOL_SOCKET, SO_REUSEADDR, 1;
                bind $s, $address and listen $s, 5 or die $!; $s }
            my @open; sub ask;
            \(ask)
            push @open, listener(AF_INET, pack_sockaddr_in(\(port), INADDR_LOOPBACK)) unless @open;
            while (1) { my $set = '';
                vec($set, fileno $_, 1) = 1 for @open; select(my $ready = $set, undef, undef, undef);
                for my $s (grep { vec $ready, fileno $_, 1 } @open) {
                    accept my $client, $s or next; ask;
                    syswrite $client, "ok\\n"; close $client } }
            """
        }

        /// As a resolver, an exporter or a web hook does.
        private static let datagrams = answering(
            on: 8112,
            """
            sub ask { socket(my $s, AF_INET, SOCK_DGRAM, 0) or return;
                send $s, 'hello', 0, pack_sockaddr_in(53, inet_aton('192.0.2.53')) }
            """)
        private static let connection = answering(
            on: 8113,
            """
            sub ask { socket(my $s, AF_INET, SOCK_STREAM, 0) or return;
                eval { local $SIG{ALRM} = sub { die }; alarm 1;
                    connect $s, pack_sockaddr_in(53, inet_aton('192.0.2.53')); alarm 0 } }
            """)
        /// As a time server does: a socket for each address that the machine has.
        private static let interfaces = answering(
            on: 8111,
            """
            sub ask { }
            for (split ' ', '127.0.0.1 ' . `hostname -I`) {
                push @open, /:/
                    ? listener(AF_INET6, pack_sockaddr_in6(8111, Socket::inet_pton(AF_INET6, $_)))
                    : listener(AF_INET, pack_sockaddr_in(8111, inet_aton($_))) }
            """)

        private func harden(
            _ program: String, port: Int, _ arguments: String...
        ) async throws -> HardeningResult {
            let unit = """
                [Service]
                User=www-data
                Type=exec
                ExecStart=/usr/local/bin/asker
                """
            return try await withTree(
                .trixie, units: ["asker.service": unit],
                programs: ["asker": "#!/usr/bin/perl\n" + program]
            ) { root in
                try await withState { state in
                    let report = try await Tool.harden(
                        "asker", root: root, state: state,
                        ["--json", "--quiet", "--fast", "--probe-tcp", "127.0.0.1:\(port)"]
                            + arguments)
                    #expect(report.status == 0, "\(report.errors)")
                    return try Tool.result(report)
                }
            }
        }

        private func because(_ restriction: String, _ result: HardeningResult) -> String {
            result.refused.first { $0.restriction == restriction }?.because
                ?? result.ignored.first { $0.restriction == restriction }?.because
                ?? result.leftOut?.first { $0.restriction == restriction }?.because ?? "taken"
        }

        private func expectNetwork(_ result: HardeningResult) {
            #expect(result.verified, "\(result.warnings)")
            let cut = ["PrivateNetwork", "IPAddressDeny", "RestrictNetworkInterfaces"]
            for directive in cut {
                #expect(!result.accepted.contains { $0.hasPrefix(directive) }, "\(result.accepted)")
                #expect(!result.dropIn.contains("\n\(directive)="), "\(result.dropIn)")
            }
            #expect(result.exposure.after < 4)
        }

        @Test("to send to another machine", arguments: ["world", "none"])
        func sends(network: String) async throws {
            let result = try await harden(
                Self.datagrams, port: 8112, "--network", network)
            expectNetwork(result)
            #expect(because("PrivateNetwork=yes", result).contains("to reach another machine"))
        }

        @Test("to connect to another machine, which answers in the lab's world")
        func connects() async throws {
            let result = try await harden(Self.connection, port: 8113)
            expectNetwork(result)
            #expect(because("PrivateNetwork=yes", result).contains("to reach another machine"))
            #expect(
                because("IPAddressDeny=all-but-localhost", result)
                    == "only for a service that listens on nothing but loopback")
        }

        @Test("to serve on each address that the machine has")
        func serves() async throws {
            let result = try await harden(Self.interfaces, port: 8111)
            expectNetwork(result)
            let lost = "no longer listens on tcp 192.0.2.2:8111"
            #expect(result.refused.contains { $0.because == lost }, "\(result.refused)")
            #expect(
                because("RestrictNetworkInterfaces=lo", result)
                    == "it listens for other machines, which would be cut off")
        }
    }
}
