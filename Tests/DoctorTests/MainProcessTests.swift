import Fixtures
import Foundation
import Hardening
import Lab
import SystemdBus
import Testing
import Trials

@testable import Systemd

@Suite(
    "The main process of a real unit shows what is in force", .serialized, .timeLimit(.minutes(5)))
struct MainProcessTests {
    private static let profile = Profile(
        [
            "NoNewPrivileges=yes", "CapabilityBoundingSet=~CAP_SYS_ADMIN", "ProtectSystem=strict",
            "PrivateTmp=yes", "ProtectHome=yes", "LockPersonality=yes", "RestrictRealtime=yes",
            "SystemCallFilter=~@mount", "PrivateIPC=yes", "DevicePolicy=closed",
            "IPAddressDeny=any", "NoExecPaths=writable",
        ], in: .standard)

    private static let everything = Enforcement(
        Dictionary(
            uniqueKeysWithValues: Catalogue.standard.restrictions.map { ($0.id, .init(.inForce)) }))

    /// Starts a unit with this command, and the drop-in or these settings of its own, and asks the
    /// probe about it.
    private func outcome(
        _ command: String, type: String = "exec", dropIn: Bool = true, settings: String = "",
        profile: Profile = MainProcessTests.profile, _ release: Release
    ) async throws -> CheckOutcome {
        try await withLab(release) { lab, machine in
            let directory = lab.rootPath + "/run/systemd/system"
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true)
            try "[Service]\nType=\(type)\nExecStart=\(command)\n\(settings)".write(
                toFile: directory + "/mine.service", atomically: false, encoding: .utf8)
            try await machine.manager("Reload")
            let service = try await Service(named: "mine.service", on: machine)
            if dropIn {
                let text = service.subject(in: .standard).dropIn(for: profile).text
                let expected = service.subject(in: .standard).tightened(by: profile)
                let differences = try await service.install(dropIn: text, expecting: expected)
                #expect(differences == [])
            }
            let job = try await machine.bus.startUnit("mine.service")
            #expect(job == .done)
            let probe = InForceProbe(
                machine: machine, unit: "mine.service", profile: profile,
                enforcement: MainProcessTests.everything)
            return await probe.check(deadline: .seconds(2))
        }
    }

    @Test("a unit under its drop-in shows all of it", arguments: Release.allCases)
    func inForce(_ release: Release) async throws {
        #expect(try await outcome("/bin/sleep 1000", type: "simple", release) == .healthy)
    }

    @Test("a service that does more to itself is not blamed for it")
    func stricter() async throws {
        let command = "/usr/sbin/chroot / /bin/sh -c 'umask 0; exec /bin/sleep 1000'"
        #expect(try await outcome(command, .trixie) == .healthy)
    }

    @Test("a command that systemd exempts from its sandbox is found out, with the setting's name")
    func exempt() async throws {
        // Properties and exposure read as if all were in force (systemd.service(5), prefix "+").
        guard case .unhealthy(let why) = try await outcome("+/bin/sleep 1000", .trixie) else {
            Issue.record("an exempt command passed")
            return
        }
        #expect(why.hasSuffix("is not in force on the main process"), "\(why)")
    }

    @Test("a unit without the drop-in is found out")
    func bare() async throws {
        guard case .unhealthy(let why) = try await outcome("/bin/sleep 1000", dropIn: false, .sid)
        else {
            Issue.record("a bare unit passed")
            return
        }
        #expect(why == "ProtectSystem=strict (/) is not in force on the main process")
    }

    @Test("a setting that another one undoes is found out")
    func undone() async throws {
        // Every property reads as it was written, and /var can be written to.
        let settings = "ProtectSystem=strict\nNoExecPaths=/var\n"
        let outcome = try await outcome(
            "/bin/sh -c 'touch /var/written && exec /bin/sleep 1000'", dropIn: false,
            settings: settings, profile: Profile(["ProtectSystem=strict"], in: .standard),
            .bookworm)
        #expect(
            outcome == .unhealthy("ProtectSystem=strict (/var) is not in force on the main process")
        )
    }

    @Test("what is undone on a copy as well is told of it, and no difference of the real unit")
    func undoneOnBoth() async throws {
        try await withLab(.trixie) { lab, machine in
            let file = lab.rootPath + "/run/systemd/system/mine.service"
            try "[Service]\nExecStart=/bin/sleep 1000\nNoExecPaths=/var\n".write(
                toFile: file, atomically: false, encoding: .utf8)
            try await machine.manager("Reload")
            let service = try await Service(named: "mine.service", on: machine)
            let strict = Profile(["ProtectSystem=strict"], in: .standard)
            let lapse = "ProtectSystem=strict (/var) is not in force on the main process"
            let lapses = try await service.lapses(
                under: strict, in: .standard, enforcement: MainProcessTests.everything)
            #expect(lapses == [lapse])
            let dropIn = service.subject(in: .standard).dropIn(for: strict)
            _ = try await service.install(dropIn: dropIn.text, expecting: service.sandbox)
            _ = try await machine.bus.startUnit("mine.service")
            func outcome(_ lapsesOfCopy: [String]) async -> CheckOutcome {
                await InForceProbe(
                    machine: machine, unit: "mine.service", profile: strict,
                    enforcement: MainProcessTests.everything, lapsesOfCopy: lapsesOfCopy
                ).check(deadline: .seconds(1))
            }
            #expect(await outcome(lapses) == .healthy)
            #expect(await outcome([]) == .unhealthy(lapse))
        }
    }

    @Test("no step of a directive is undone by those that we put beside it")
    func undoneByOurselves() async throws {
        for step in [
            "ProtectHome=tmpfs", "ProtectHome=read-only", "PrivateTmp=disconnected",
            "ProtectControlGroups=yes", "ProtectKernelTunables=yes",
        ] {
            let profile = Profile(
                [step, "ProtectSystem=strict", "NoExecPaths=writable"], in: .standard)
            let outcome = try await outcome("/bin/sleep 1000", profile: profile, .trixie)
            #expect(outcome == .healthy, "\(step)")
        }
    }

    @Test("a unit that has done its work has no process to be looked at")
    func oneshot() async throws {
        #expect(try await outcome("/bin/true", type: "oneshot", .trixie) == .healthy)
    }
}
