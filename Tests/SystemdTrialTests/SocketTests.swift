import Fixtures
import Hardening
import Lab
import SystemdBus
import Testing
import Trials

@testable import Systemd

@Suite("A service that systemd hands its sockets", .serialized, .timeLimit(.minutes(5)))
struct SocketTests {
    private func withServer(
        _ release: Release, _ body: @Sendable (Lab, Machine, Service) async throws -> Void
    ) async throws {
        try await withLab(release) { lab, machine in
            try await CopyTests.install(HandedServer.units(), in: lab)
            _ = try await lab.run(["systemctl", "start", "web.socket", "ctl.socket"])
            try await body(
                lab, machine, try await Service(named: "handed.service", on: machine))
        }
    }

    private func answers(_ lab: Lab) async throws -> Bool {
        try await lab.run(["sh", "-c", HandedServer.ask]).status == 0
    }

    @Test("its copies are handed the same, under the same names", arguments: Release.allCases)
    func handed(release: Release) async throws {
        try await withServer(release) { lab, machine, service in
            #expect(service.notCarriedOver.map(\.setting) == [])
            for _ in 1...3 {
                let (job, copy) = try await startedCopy(of: service.copies, limit: .seconds(9))
                #expect(job == .done)
                #expect(try await answers(lab))
                #expect(try await copy.disturbances == [])
                let sockets = try #require((copy as? TransientCopy)?.sockets)
                let bare = try await machine.readingOfBareSocket()
                for (name, original) in zip(sockets, service.blueprint.sockets) {
                    let read = try await machine.reading(ofSocket: name)
                    let again = SocketBlueprint(of: read, against: bare)
                    #expect(
                        again.properties.map { "\($0)" } == original.properties.map { "\($0)" })
                    #expect(again.properties.count > 3)
                }
                #expect(try await copy.stop(limit: nil).job == .done)
                #expect(try await !answers(lab))
                // A second start finds them again.
                #expect(try await copy.startAgain(limit: nil) == .done)
                #expect(try await answers(lab))
                await copy.end()
                #expect(try await !answers(lab))
                try await CopyTests.expectNothingLeft(in: lab)
            }
            // The real one has its own back.
            let (job, real) = try await startedCopy(of: service.real, limit: .seconds(9))
            #expect(job == .done)
            #expect(try await answers(lab))
            await real.end()
            let (again, copy) = try await startedCopy(of: service.copies, limit: .seconds(9))
            #expect(again == .done)
            await copy.end()
        }
    }

    @Test("a copy that dies is not started again by a connection", arguments: Release.allCases)
    func dead(release: Release) async throws {
        try await withServer(release) { lab, machine, service in
            let (_, copy) = try await startedCopy(of: service.copies, limit: .seconds(9))
            await (copy as? TransientCopy)?.kill()
            #expect(try await !answers(lab))
            #expect(try await !answers(lab))
            await copy.end()
            try await CopyTests.expectNothingLeft(in: lab)
        }
    }

    @Test("sockets that cannot be opened are nobody's fault, and said")
    func occupied() async throws {
        try await withServer(.trixie) { lab, machine, service in
            _ = try await lab.run(["systemctl", "stop", "web.socket"])
            let squatter =
                "socket(my $s, AF_INET, SOCK_STREAM, 0); setsockopt($s, SOL_SOCKET, "
                + "SO_REUSEADDR, 1); bind($s, pack_sockaddr_in(7000, INADDR_ANY)); listen($s, 1); "
                + "open(my $f, \">/run/squats\"); sleep 2000"
            _ = try await lab.run([
                "systemd-run", "--unit=squatter", "perl", "-MSocket", "-e", squatter,
            ])
            _ = try await lab.run(["sh", "-c", "until test -e /run/squats; do sleep 0.05; done"])
            let error = await #expect(throws: ExperimentError.self) {
                try await startedCopy(of: service.copies, limit: .seconds(9))
            }
            let words = error?.description ?? ""
            #expect(words.contains("web.socket cannot be opened") && words.contains(":7000"))
            try await CopyTests.expectNothingLeft(in: lab)
        }
    }

    @Test("one that is not active is not handed over, and that is said")
    func idle() async throws {
        try await withServer(.trixie) { lab, machine, _ in
            let naming = "[Unit]\nAfter=ctl.socket\n"
            try await CopyTests.install(
                ["handed.service": naming + (HandedServer.units()["handed.service"] ?? "")], in: lab
            )
            _ = try await lab.run(["systemctl", "stop", "ctl.socket"])
            let service = try await Service(named: "handed.service", on: machine)
            #expect(service.blueprint.sockets.map(\.unit) == ["web.socket"])
            #expect(service.notCarriedOver.map(\.assignment) == ["Sockets=ctl.socket"])
            #expect(await service.silentSockets == ["ctl.socket"])
        }
    }

    @Test("those that are active on another machine, and only those, can be started here")
    func activeElsewhere() async throws {
        try await withServer(.trixie) { there, _, _ in
            _ = try await there.run(["systemctl", "stop", "ctl.socket"])
            try await withLab(.trixie) { lab, machine in
                try await CopyTests.install(HandedServer.units(), in: lab)
                let service = try await Service(named: "handed.service", on: machine)
                #expect(await service.silentSockets == ["ctl.socket", "web.socket"])
                let active = await service.socketsActive(at: there.bus)
                #expect(active == ["web.socket"])
                let nobody = BusAddress.address("unix:path=/run/nobody-listens")
                #expect(await service.socketsActive(at: nobody) == [])

                for socket in active { try await service.start(socket: socket) }
                let again = try await Service(named: "handed.service", on: machine)
                #expect(await again.silentSockets == ["ctl.socket"])
                let error = await #expect(throws: ExperimentError.self) {
                    try await service.start(socket: "none.socket")
                }
                #expect(error?.description.contains("none.socket") == true)
            }
        }
    }

    @Test("is refused where a socket starts it for each connection", arguments: Release.allCases)
    func connections(release: Release) async throws {
        try await withLab(release) { lab, machine in
            try await CopyTests.install(
                [
                    "each.socket": "[Socket]\nListenStream=7001\nAccept=yes\n",
                    "each@.service": "[Service]\nExecStart=-/bin/cat\nStandardInput=socket\n",
                ], in: lab)
            let error = await #expect(throws: ExperimentError.self) {
                try await Service(named: "each@1.service", on: machine)
            }
            #expect(error?.description.hasPrefix("each.socket starts each@1.service anew") == true)
        }
    }

    @Test("is refused in a lab where the lab itself listens on them")
    func ofTheLab() async throws {
        try await withLab(.trixie) { _, machine in
            let error = await #expect(throws: ExperimentError.self) {
                try await Service(named: "dbus.service", on: machine)
            }
            #expect(error?.description.hasPrefix("dbus.socket cannot be taken") == true)
        }
    }

    @Test("is refused where systemd makes no transient unit of its socket's settings")
    func impossible() async throws {
        try await withServer(.trixie) { lab, machine, service in
            let socket = try #require(service.blueprint.sockets.first)
            let broken = SocketBlueprint(
                of: UnitReading(
                    properties: ["Id": .string(socket.unit), "Backlog": .string("none")]),
                against: UnitReading(properties: [:]))
            let error = await #expect(throws: ExperimentError.self) {
                try await machine.rehearse(broken)
            }
            #expect(error?.description.contains("cannot be handed to a copy") == true)
        }
    }

    @Test("takes it as its standard input, where it asks for that")
    func standardInput() async throws {
        try await withLab(.trixie) { lab, machine in
            try await CopyTests.install(
                [
                    "line.socket": "[Socket]\nListenStream=127.0.0.1:7002\n",
                    "line.service": """
                    [Service]
                    StandardInput=socket
                    ExecStart=/usr/bin/perl -e 'use Socket; accept(my $c, STDIN) or die; \
                    syswrite $c, "taken"; sleep 1000'
                    """,
                ], in: lab)
            _ = try await lab.run(["systemctl", "start", "line.socket"])
            let service = try await Service(named: "line.service", on: machine)
            let (job, copy) = try await startedCopy(of: service.copies, limit: .seconds(9))
            #expect(job == .done)
            let asked = try await lab.run([
                "perl", "-MSocket", "-e",
                "socket(my $s, AF_INET, SOCK_STREAM, 0); connect($s, pack_sockaddr_in(7002, "
                    + "INADDR_LOOPBACK)) or die; sysread($s, my $t, 99); print $t",
            ])
            #expect(asked.stdout == "taken", "\(asked.stderr)")
            await copy.end()
        }
    }

    @Test("a person hands the same socket to the copy", arguments: Release.allCases)
    func byHand(release: Release) async throws {
        try await withServer(release) { lab, machine, both in
            let two = try #require(both.copies.command(under: .unrestricted, limit: nil))
            #expect(two.socket == nil && two.lacking.count == 1)
            #expect(two.lacking[0].contains("sockets of ctl.socket and web.socket"))
            _ = try await lab.run(["systemctl", "stop", "web.socket"])
            let service = try await Service(named: "handed.service", on: machine)
            let command = try #require(service.copies.command(under: .unrestricted, limit: nil))
            // The command that it runs before it listens.
            #expect(command.lacking == ["ExecStartPre of ctl.socket"])
            #expect(command.socket == "ctl.socket")
            _ = try await lab.run(["systemctl", "stop", "ctl.socket"])
            let run = try await lab.run(["systemd-run", "--unit=temperagain"] + command.arguments)
            #expect(run.status == 0, "\(run.stderr)")
            _ = try await lab.run(["systemctl", "start", "temperagain"])
            let asked = try await lab.run(["sh", "-c", HandedServer.askControl])
            #expect(asked.status == 0, "\(asked.stderr)")
        }
    }
}
