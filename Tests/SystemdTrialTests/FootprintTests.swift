import Fixtures
import Foundation
import Hardening
import Lab
import Testing

@testable import Systemd
@testable import Trials

@Suite("What others see of a copy", .serialized, .timeLimit(.minutes(5)))
struct FootprintTests {
    /// Listens on both families, on an abstract name, in /run and in /tmp, and says so by a file.
    private static let program = """
        use strict; use Socket; my @open;
        sub inet { my ($family, $address, $type) = @_;
            socket(my $s, $family, $type, 0) or return; push @open, $s;
            setsockopt $s, SOL_SOCKET, SO_REUSEADDR, 1;
            setsockopt $s, Socket::IPPROTO_IPV6, Socket::IPV6_V6ONLY, 1 if $family == AF_INET6;
            bind $s, $address or die "bind: $!"; listen $s, 5 if $type == SOCK_STREAM }
        sub unix { my ($path) = @_; unlink $path;
            socket(my $s, AF_UNIX, SOCK_STREAM, 0); push @open, $s;
            bind $s, pack_sockaddr_un($path) or die "bind $path: $!"; listen $s, 5 }
        inet(AF_INET, pack_sockaddr_in(7801, inet_aton('127.0.0.1')), SOCK_STREAM);
        inet(AF_INET, pack_sockaddr_in(7802, INADDR_ANY), SOCK_DGRAM);
        inet(AF_INET6, pack_sockaddr_in6(7801, Socket::IN6ADDR_LOOPBACK), SOCK_STREAM);
        unix("\\0proof"); unix('/run/proof.sock'); unix('/tmp/proof.sock');
        open my $f, '>', '/run/proof.ready'; close $f; sleep 1000;
        """

    private static func install(_ settings: String, in lab: Lab) async throws {
        try program.write(
            toFile: lab.rootPath + "/srv/proof.pl", atomically: true, encoding: .utf8)
        let unit = "[Service]\n\(settings)\nExecStart=/usr/bin/perl /srv/proof.pl\n"
        try await CopyTests.install(["proof.service": unit], in: lab)
    }

    /// The footprint of the copy under `restrictions`, once it listens.
    private func footprint(
        _ lab: Lab, _ machine: Machine, under restrictions: String...
    ) async throws -> Footprint {
        let service = try await Service(named: "proof.service", on: machine)
        _ = try await lab.run(["rm", "-f", "/run/proof.ready"])
        let profile = Profile(restrictions, in: .standard)
        let copy = try await startedCopy(of: service.copies, under: profile).copy
        for _ in 1...200 where try await lab.run(["test", "-e", "/run/proof.ready"]).status != 0 {
            try await Task.sleep(for: .milliseconds(20))
        }
        let found = try await copy.footprint()
        await copy.end()
        return found
    }

    private func lack(
        _ lab: Lab, _ machine: Machine, _ whole: Footprint, under restrictions: String...
    ) async throws -> String {
        var words: [String] = []
        for restriction in restrictions {
            let found = try await footprint(lab, machine, under: restriction)
            let verdict = Verdict.oddity(
                .footprint(found), baseline: Baseline(learnedFrom: [Self.trial(whole)]))
            words.append("\(restriction): \(verdict ?? "the same")")
        }
        return words.joined(separator: "\n")
    }

    private static func trial(_ footprint: Footprint) -> Trial {
        Trial(
            number: 1, purpose: .baseline(run: 1), profile: .unrestricted, began: 0,
            microseconds: .init(), observations: [.footprint(footprint)], baseline: .unknown)
    }

    @Test(
        "its sockets with their addresses and modes; gone where they are the service's own",
        arguments: Release.allCases)
    func sockets(release: Release) async throws {
        try await withLab(release) { lab, machine in
            try await Self.install("UMask=0007", in: lab)
            let whole = try await footprint(lab, machine)
            #expect(
                whole.listeners == [
                    "tcp 127.0.0.1:7801", "tcp [::1]:7801", "udp 0.0.0.0:7802", "unix @proof",
                ])
            let access = Footprint.Access(user: 0, group: 0, mode: 0o770)
            #expect(whole.sockets == ["/run/proof.sock": access, "/tmp/proof.sock": access])
            #expect(
                try await lack(
                    lab, machine, whole, under: "PrivateNetwork=yes", "PrivateTmp=yes",
                    "PrivateDevices=yes") == """
                        PrivateNetwork=yes: no longer listens on tcp 127.0.0.1:7801
                        PrivateTmp=yes: others no longer find its socket /tmp/proof.sock
                        PrivateDevices=yes: the same
                        """)
        }
    }

    @Test("a group that could use a socket and no longer can")
    func modes() async throws {
        try await withLab(.trixie) { lab, machine in
            try await Self.install("UMask=0007\nGroup=www-data", in: lab)
            let whole = try await footprint(lab, machine)
            #expect(
                try await lack(lab, machine, whole, under: "UMask=0077") == """
                    UMask=0077: not all may use its socket /run/proof.sock who could: it has \
                    owner 0:33, mode 0700 instead of owner 0:33, mode 0770
                    """)
        }
    }

    @Test("its pid file and its log, with who may read them")
    func files() async throws {
        try await withLab(.trixie) { lab, machine in
            try """
            unlink '/run/proof.pid', '/var/log/proof.log';
            open my $l, '>>', '/var/log/proof.log'; open my $p, '>', '/run/proof.pid';
            print $p $$; close $p; open my $f, '>', '/run/proof.ready'; close $f; sleep 1000;
            """.write(
                toFile: lab.rootPath + "/srv/proof.pl", atomically: true, encoding: .utf8)
            try await CopyTests.install(
                [
                    "proof.service":
                        "[Service]\nPIDFile=//run/proof.pid\nExecStart=/usr/bin/perl /srv/proof.pl\n"
                ], in: lab)
            let whole = try await footprint(lab, machine)
            #expect(whole.files?.keys.sorted() == ["/run/proof.pid", "/var/log/proof.log"])
            #expect(whole.files?["/run/proof.pid"]?.mode == 0o644)
            #expect(
                try await lack(lab, machine, whole, under: "UMask=0077").contains(
                    "not all may read its file /run/proof.pid who could"))
        }
    }

    @Test("the name on the bus that it owns")
    func names() async throws {
        try await withLab(.trixie) { lab, machine in
            let service = try await Service(named: "systemd-hostnamed.service", on: machine)
            let copy = try await startedCopy(of: service.copies).copy
            var found = try await copy.footprint()
            for _ in 1...100 where found.names != ["org.freedesktop.hostname1"] {
                try await Task.sleep(for: .milliseconds(50))
                found = try await copy.footprint()
            }
            await copy.end()
            #expect(found.names == ["org.freedesktop.hostname1"])
        }
    }
}
