import Fixtures
import Foundation
import Hardening
import KernelWatch
import Lab
import Systemd
import Testing
import Trials

@Suite("What the kernel refuses a copy", .serialized, .timeLimit(.minutes(5)))
struct KernelWatchTests {
    /// A service of this unit in a lab, with what the kernel is asked by it watched.
    private func withWatched<Result: Sendable>(
        _ unit: String, closely: Bool = false, on release: Release = .trixie,
        _ body: @escaping @Sendable (Lab, Service) async throws -> Result
    ) async throws -> Result {
        try await withLab(release) { lab, machine in
            var machine = machine
            machine.kernel = try KernelWatch(
                below: try #require(machine.rootControlGroup), closely: closely)
            try await lab.writeUnit("small.service", unit)
            return try await body(lab, try await Service(named: "small.service", on: machine))
        }
    }

    /// Runs `script` as a service under `restrictions` in a lab; what was refused, and granted.
    func tracer(
        _ script: String, under restrictions: String..., on release: Release = .trixie
    ) async throws -> [KernelRequest] {
        let profile = Profile(Set(restrictions), in: .standard)
        return try await withWatched(
            "[Service]\nType=oneshot\nExecStart=/bin/sh -c '\(script)'\n", closely: true,
            on: release
        ) { lab, service in
            let copy = try await startedCopy(of: service.copies, under: profile).copy
            let found = try await copy.refusals()
            await copy.end()
            return found.filter(\.isOfService)
        }
    }

    @Test("a path that is read-only, with its errno", arguments: Release.allCases)
    func readOnly(release: Release) async throws {
        let found = try await tracer(
            "echo x > /etc/proof", under: "ProtectSystem=full", on: release)
        #expect(
            found.contains {
                $0.path == "/etc/proof" && $0.isWriting && $0.error == 30
            }, "\(found)")
    }

    @Test("where a child went that then writes by a name that begins there")
    func workplace() async throws {
        try await withWatched(
            """
            [Service]
            Type=oneshot
            ExecStartPre=/bin/mkdir -p /var/lib/w
            ExecStart=/usr/bin/perl -e "chdir(q(/var/lib//w/)); open(F, q(>), q(f)) or die"
            """, closely: true
        ) { lab, service in
            let copy = try await startedCopy(of: service.copies).copy
            let found = try await copy.accesses()
            await copy.end()
            #expect(found.contains(.worksIn("/var/lib/w")), "\(found)")
            #expect(found.contains(.writesRelatively))
        }
    }

    @Test("calls, and no return from a signal's handler to one that failed")
    func handler() async throws {
        try await withWatched(
            """
            [Service]
            Type=oneshot
            ExecStart=/usr/bin/perl -e "my $$me = $$$$; my $$got = 0; \
            $$SIG{USR1} = sub { $$got++ }; \
            unless (fork) { select(undef, undef, undef, 1e-5) while kill q(USR1), $$me; exit } \
            1 until $$got; for (1..3000) { open(F, q(<), q(/dev/none)) } \
            $$SIG{USR1} = q(IGNORE)"
            """
        ) { lab, service in
            let copy = try await startedCopy(of: service.copies).copy
            let found = try await copy.refusals().filter(\.isOfService)
            await copy.end()
            #expect(found.contains { $0.path == "/dev/none" })
            // As a call without a name is told of.
            #expect(!found.contains { $0.subject == .call("call -1") })
        }
    }

    @Test("a capability that is missing, with the call that asked for it")
    func capability() async throws {
        let found = try await tracer(
            "touch /tmp/x; chown 33 /tmp/x", under: "CapabilityBoundingSet=~CAP_CHOWN")
        #expect(
            found.contains {
                $0.lacking == ["CAP_CHOWN"] && $0.error == 1 && $0.command == "chown"
            }, "\(found)")
    }

    @Test("a call that a filter answers with an errno asks for no capability")
    func filter() async throws {
        let found = try await tracer(
            "touch /tmp/x; chown 33 /tmp/x", under: "SystemCallFilter=~@chown")
        #expect(
            found.contains {
                $0.subject == .call("fchownat") && $0.lacking.isEmpty && $0.error == 1
            },
            "\(found)")
    }

    @Test("a call that a filter kills for, also in a child")
    func kill() async throws {
        let found = try await tracer(
            "touch /tmp/x; chown 33 /tmp/x; true",
            under: "SystemCallFilter=~@chown", "SystemCallErrorNumber=kill")
        #expect(found.contains { $0.subject == .killed(call: "fchownat") }, "\(found)")
    }

    @Test("a device node that is not there")
    func device() async throws {
        let found = try await tracer("cat /dev/console", under: "PrivateDevices=yes")
        #expect(found.contains { $0.path == "/dev/console" && $0.error == 2 }, "\(found)")
    }

    @Test("an address family that is refused, by its name")
    func family() async throws {
        let found = try await tracer(
            "perl -MSocket -e \"socket(S, AF_INET, SOCK_STREAM, 0)\"",
            under: "RestrictAddressFamilies=~AF_INET")
        #expect(found.contains { $0.family == "AF_INET" && $0.error == 97 }, "\(found)")
    }

    @Test("the port that cannot be bound, and the path of a socket")
    func addresses() async throws {
        let found = try await tracer(
            "perl -MSocket -e \"socket(S, AF_INET, SOCK_STREAM, 0); bind(S, "
                + "pack_sockaddr_in(777, INADDR_LOOPBACK)); socket(T, AF_UNIX, SOCK_STREAM, 0); "
                + "bind(T, pack_sockaddr_un(q(/usr/proof.sock)))\"",
            under: "CapabilityBoundingSet=~CAP_NET_BIND_SERVICE", "ProtectSystem=yes")
        #expect(
            found.contains {
                $0.subject == .call("bind") && $0.port == 777 && $0.family == "AF_INET"
                    && $0.lacking == ["CAP_NET_BIND_SERVICE"]
            }, "\(found)")
        #expect(
            found.contains {
                $0.subject == .call("bind") && $0.path == "/usr/proof.sock" && $0.error == 30
            }, "\(found)")
    }

    @Test("to whom datagrams are sent, every address, and what is refused")
    func peers() async throws {
        let four = ["192.0.2.1", "192.0.2.2", "192.0.2.1", "192.0.2.3", "192.0.2.1"].map {
            "send S, q(x), 0, pack_sockaddr_in(514, inet_aton(q(\($0)))); "
        }
        let six = ["2001:db8::7", "::ffff:192.0.2.9", "2001:db8::7"].map {
            "send T, q(x), 0, pack_sockaddr_in6(53, Socket::inet_pton(AF_INET6, q(\($0)))); "
        }
        let script =
            "perl -MSocket -e \"socket(S, AF_INET, SOCK_DGRAM, 0); "
            + "socket(T, AF_INET6, SOCK_DGRAM, 0); \((four + six).joined())\""
        let accesses = try await withWatched(
            "[Service]\nType=oneshot\nExecStart=/bin/sh -c '\(script)'\n"
        ) { lab, service in
            let copy = try await startedCopy(of: service.copies.closer).copy
            let seen = try await copy.accesses()
            await copy.end()
            return seen
        }
        let peers = accesses.compactMap { if case .connects(let peer) = $0 { peer } else { nil } }
        #expect(
            Set(peers) == [
                "192.0.2.1/32", "192.0.2.2/32", "192.0.2.3/32", "2001:db8:0:0:0:0:0:7/128",
                "192.0.2.9/32",
            ])
        let refused = try await tracer(script, under: "PrivateNetwork=yes")
            .filter { $0.peer != nil }
        #expect(refused.count == 8)
        #expect(
            refused.first?.text == "perl: sendto AF_INET port 514 failed with ENETUNREACH")
        let denied = try await tracer(script, under: "IPAddressDeny=any").filter { $0.peer != nil }
        #expect(denied.count == 8 && denied.allSatisfy { $0.error == EPERM }, "\(denied)")
    }

    @Test("the type of a namespace, and an id that is not mapped")
    func namespaces() async throws {
        let found = try await tracer(
            "unshare -n true; chown 33 /var/tmp", under: "RestrictNamespaces=~net",
            "PrivateUsers=yes")
        #expect(
            found.contains {
                $0.command == "unshare" && $0.namespaces == ["net"] && $0.error == 1
            }, "\(found)")
        #expect(found.contains { $0.command == "chown" && $0.error == 22 }, "\(found)")
    }

    @Test("what a command beside the main process is refused, and the names of those that ended")
    func besides() async throws {
        try await withWatched(
            "[Service]\nType=exec\nExecStart=/bin/sleep 1000\n"
                + "ExecReload=/bin/sh -c \": > /etc/proof\"\n"
        ) { lab, service in
            let profile = Profile(["ProtectSystem=full"], in: .standard)
            let copy = try await startedCopy(of: service.copies, under: profile).copy
            #expect(try await copy.reload() == .failed)
            _ = try await copy.stop(limit: nil)
            let found = try await copy.refusals()
            #expect(found.contains { $0.path == "/etc/proof" && $0.command == "sh" }, "\(found)")
            let ended = try #require(try await copy.endings())
            #expect(ended.contains { $0.name == "sh" && $0.code == 1 }, "\(ended)")
            #expect(ended.allSatisfy { $0.name != nil }, "\(ended)")
            await copy.end()
        }
    }

    @Test("the real unit is witnessed like a copy")
    func real() async throws {
        try await withWatched(
            "[Service]\nType=exec\nProtectSystem=full\n"
                + "ExecStart=/bin/sh -c \": > /etc/proof; sleep 1000\"\n"
        ) { lab, service in
            let unit = try await startedCopy(of: service.real).copy
            var found: [KernelRequest] = []
            for _ in 1...100 where !found.contains(where: { $0.path == "/etc/proof" }) {
                try await Task.sleep(for: .milliseconds(50))
                found += try await unit.refusals()
            }
            await unit.end()
            #expect(found.contains { $0.path == "/etc/proof" && $0.error == 30 }, "\(found)")
        }
    }

    @Test("a copy that dies in systemd's preparations is told from others that run beside it")
    func attribution() async throws {
        try await withLab(.trixie) { lab, machine in
            var machine = machine
            machine.kernel = try KernelWatch(below: try #require(machine.rootControlGroup))
            try await lab.writeUnit(
                "small.service",
                "[Service]\nType=exec\nExecStart=/bin/sh -c \"cat /root/none; exit 1\"\n")
            try await lab.writeUnit(
                "noise.service",
                "[Service]\nExecStart=/bin/sh -c \"while :; do cat /noise; done\"\n")
            _ = try await lab.run(["systemctl", "start", "noise.service"])
            let service = try await Service(named: "small.service", on: machine)
            let copy = try await startedCopy(of: service.copies).copy
            // Type=exec is done with the exec: what the program then does comes later.
            var paths: [String] = []
            for _ in 1...100 where !paths.contains("/root/none") {
                paths += try await copy.refusals().compactMap(\.path)
                try await Task.sleep(for: .milliseconds(50))
            }
            await copy.end()
            #expect(paths.contains("/root/none"), "\(paths)")
            #expect(!paths.contains("/noise"))
        }
    }

    @Test("the paths of programs that are over at once", arguments: Release.allCases)
    func programs(release: Release) async throws {
        try await withWatched(
            """
            [Service]
            Type=oneshot
            ExecStartPre=/bin/cp /bin/true /var/tmp/short-lived
            ExecStart=/bin/sh -c "for i in 1 2 3; do /var/tmp/short-lived; /usr/bin/env true; done"
            """, on: release
        ) { lab, service in
            let copy = try await startedCopy(of: service.copies.closer).copy
            let seen = try await copy.accesses()
            await copy.end()
            for program in ["/bin/cp", "/bin/sh", "/var/tmp/short-lived", "/usr/bin/env"] {
                #expect(seen.contains(.runs(program)), "\(program) of \(seen)")
            }
        }
    }

    @Test("what is granted is seen only where it is looked at closely")
    func closely() async throws {
        try await withWatched(
            "[Service]\nExecStart=/bin/sh -c \"echo x > /var/tmp/proof; exec sleep 100\"\n"
        ) { lab, service in
            for (copies, isClose) in [(service.copies, false), (service.copies.closer, true)] {
                let copy = try await startedCopy(of: copies).copy
                let proof = lab.rootPath + "/var/tmp/proof"
                for _ in 1...100 where !FileManager.default.fileExists(atPath: proof) {
                    try await Task.sleep(for: .milliseconds(50))
                }
                let seen = try await copy.accesses()
                await copy.end()
                try FileManager.default.removeItem(atPath: proof)
                #expect(seen.contains(.writes("/var/tmp/proof")) == isClose, "\(seen)")
                #expect(seen.contains(.calls("execve")) == isClose)
            }
        }
    }
}

extension Lab {
    /// Puts a unit below /run and lets systemd read it.
    func writeUnit(_ name: String, _ text: String) async throws {
        try text.write(
            toFile: "\(rootPath)/run/systemd/system/\(name)", atomically: true, encoding: .utf8)
        _ = try await run(["systemctl", "daemon-reload"])
    }
}
