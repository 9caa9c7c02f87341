import Fixtures
import Hardening
import Reports
import Testing
import Trials

extension EndToEnd {
    /// What a weak probe does not see: a server that goes on whatever it is denied.
    @Suite("takes only what leaves the service all that it was granted", .serialized)
    struct CleanPassTests {
        /// Listens on both families where it can. At each request it asks another machine from a
        /// port of its own and keeps a file; nothing of that is fatal, nor said.
        private static let program = """
            use strict; use Socket; use IO::Handle; use IO::Select;
            sub listener { my ($family, $address) = @_;
                socket(my $s, $family, SOCK_STREAM, 0) or return;
                setsockopt $s, SOL_SOCKET, SO_REUSEADDR, 1;
                setsockopt $s, Socket::IPPROTO_IPV6, Socket::IPV6_V6ONLY, 1 if $family == AF_INET6;
                bind $s, $address and listen $s, 5 or return; $s }
            my @open = grep { $_ } listener(AF_INET6, pack_sockaddr_in6(7811, Socket::IN6ADDR_ANY)),
                listener(AF_INET, pack_sockaddr_in(7811, INADDR_ANY));
            exit 1 unless @open;
            sub ask { socket(my $s, AF_INET, SOCK_DGRAM, 0) or return;
                bind $s, pack_sockaddr_in(0, INADDR_ANY) or return;
                send $s, 'x', 0, pack_sockaddr_in(53, inet_aton('192.0.2.53')) }
            sub keep { my ($path) = @_; open my $f, '>', $path or return;
                print $f "x\\n"; $f->flush; $f->sync; close $f }
            my $select = IO::Select->new(@open);
            while (1) { for my $s ($select->can_read) {
                accept my $client, $s or next; eval { ask() };
                keep("/var/lib/$_/kept") for qw(careless shared);
                syswrite $client, "ok\\n"; close $client } }
            """
        private static let unit = """
            [Service]
            Type=exec
            ExecStart=/usr/bin/perl /usr/local/lib/careless.pl
            ExecReload=/bin/true
            """

        private func harden(_ arguments: String...) async throws -> HardeningResult {
            try await withTree(.trixie, units: ["careless.service": Self.unit]) { root in
                let made = try await runProgram(
                    "/bin/sh",
                    [
                        "-euc",
                        "cd \"$1\"; mkdir -p var/lib/careless var/lib/shared var/cache/careless "
                            + "usr/local/lib; "
                            + "printf %s \"$2\" > \"$1/usr/local/lib/careless.pl\"", "sh", root,
                        Self.program,
                    ])
                #expect(made.status == 0, "\(made.errors)")
                return try await withState { state in
                    let report = try await Tool.harden(
                        "careless", root: root, state: state,
                        ["--json", "--quiet", "--fast"] + arguments
                    )
                    #expect(report.status == 0, "\(report.errors)")
                    return try Tool.result(report)
                }
            }
        }

        @Test(
            "a listener, another machine, a port, a kept file and its fsync, though no probe asks")
        func careless() async throws {
            let result = try await harden("--probe-tcp", "127.0.0.1:7811")
            #expect(result.verified)
            func because(_ restriction: String) -> String {
                result.refused.first { $0.restriction == restriction }?.because
                    ?? result.ignored.first { $0.restriction == restriction }?.because
                    ?? result.leftOut?.first { $0.restriction == restriction }?.because ?? "taken"
            }
            func known(_ restriction: String) -> HardeningResult.Knowledge? {
                result.known?.first { $0.restriction == restriction }
            }
            #expect(
                because("RestrictAddressFamilies=~AF_INET6")
                    == "no longer listens on tcp [::]:7811")
            #expect(because("SystemCallFilter=~@sync") == "bites: perl: fsync failed with EPERM")
            #expect(because("SocketBindDeny=any").contains("bites: perl: bind AF_INET"))
            #expect(because("ReadWritePaths=~/var/lib/shared").contains("failed with EROFS"))
            #expect(because("PrivateNetwork=yes").contains("to reach another machine"))
            #expect(because("SystemCallErrorNumber=kill").contains("gains no exposure"))
            #expect(because("IPAddressDeny=any").contains("every packet would be dropped"))
            #expect(!result.accepted.contains { $0.hasPrefix("IPAddressDeny") })
            // They bear the service's name, and the probe made it write in one of them only.
            let seen = "ReadWritePaths=~/var/lib/careless"
            #expect(
                because(seen) == "it is the service's own, and it was seen to write there")
            #expect(known(seen)?.known == .contested)
            let own = "ReadWritePaths=~/var/cache/careless"
            #expect(because(own).hasPrefix("it is the service's own"))
            #expect(result.accepted.contains("ProtectSystem=strict"))
            #expect(result.dropIn.contains("-/var/cache/careless"))
            #expect(known("SystemCallFilter=~@sync")?.known == .bites)
            #expect(known("PrivateNetwork=yes")?.source == .lab)
            #expect(known("PrivateNetwork=yes")?.price ?? 0 > 0)
            #expect(known(own)?.known == .contested && known(own)?.source == .directory)
            #expect(known(own)?.settledBy == "a probe that has it write")
            #expect(known("RestrictAddressFamilies=~AF_INET6")?.known == .exercised)
            #expect(known("ProtectClock=yes")?.known == .unused)
            #expect(!result.dropIn.contains("--strictest"))
            let text = HardeningText(result, isColoured: false).text
            #expect(text.contains("Contested: left open") && text.contains("would gain"))
        }

        @Test("unless it is tolerated, or the strictest is asked for")
        func tolerated() async throws {
            let tolerated = try await harden(
                "--probe-tcp", "127.0.0.1:7811", "--tolerate", "fsync")
            #expect(tolerated.accepted.contains("SystemCallFilter=~@sync"))
            #expect(!tolerated.accepted.contains("SocketBindDeny=any"))
            let strictest = try await harden("--probe-tcp", "127.0.0.1:7811", "--strictest")
            #expect(strictest.accepted.contains("SystemCallFilter=~@sync"))
            #expect(strictest.accepted.contains("SocketBindDeny=any"))
            // Tried, and the server does not live without what it asks for.
            #expect(strictest.refused.contains { $0.restriction == "SystemCallErrorNumber=kill" })
            #expect(strictest.exposure.after <= tolerated.exposure.after)
            #expect(strictest.dropIn.contains("# With --strictest: all that passed"))
            func known(_ result: HardeningResult, _ restriction: String) -> Known? {
                result.known?.first { $0.restriction == restriction }?.known
            }
            #expect(known(tolerated, "SystemCallFilter=~@sync") == .bites)
            #expect(known(strictest, "ReadWritePaths=~/var/lib/careless") == .bites)
        }

        @Test("without a probe what others see is held, and the result says that nobody asked")
        func unprobed() async throws {
            let result = try await harden("--start-period", "2s")
            #expect(result.verified && result.exposure.after < 3)
            #expect(result.warnings.contains { $0.hasPrefix("no probe asked whether") })
            for (family, address) in [("AF_INET", "0.0.0.0"), ("AF_INET6", "[::]")] {
                let refused = try #require(
                    result.refused.first { $0.restriction == "RestrictAddressFamilies=~\(family)" })
                #expect(
                    refused.because
                        == "what others see of it: no longer listens on tcp \(address):7811")
            }
            // Asked for, it is nothing to warn of.
            let asked = try await harden("--probe-footprint", "--max-trials", "8")
            #expect(!asked.warnings.contains { $0.hasPrefix("no probe asked") })
        }

        /// Becomes www-data, and has links kept by a tool of root's.
        private static let alternative = """
            [Service]
            Type=exec
            ExecStart=/usr/bin/perl -MPOSIX -e 'setgid(33); setuid(33); sleep 1000'
            ExecStartPost=/bin/sh -c 'echo x > /var/lib/dpkg/case; echo x > /etc/alternatives/case'
            """

        @Test("directories of the system and of other packages never change hands")
        func foreign() async throws {
            try await withTree(.trixie, units: ["alternative.service": Self.alternative]) { root in
                try await withState { state in
                    let report = try await Tool.harden(
                        "alternative", root: root, state: state,
                        ["--json", "--quiet", "--fast", "--probe", "pgrep perl"])
                    let result = try Tool.result(report)
                    #expect(result.verified && result.preparations == [])
                    #expect(!result.accepted.contains("User=www-data"))
                    #expect(
                        result.warnings.contains {
                            $0.hasPrefix("User=www-data was not tried: /etc/alternatives")
                        }, "\(result.warnings)")
                }
            }
        }
    }
}
