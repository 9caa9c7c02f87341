import Fixtures
import Foundation
import Hardening
import Lab
import Systemd
import SystemdBus
import TemperTesting
import Testing
import Trials

/// A real `systemd --user`, version 257, in a lab of the tree `services`.
@Suite("A user's own manager", .serialized, .timeLimit(.minutes(5)))
struct UserManagerTests {
    private func withManager(
        _ body: @Sendable (Lab, Machine) async throws -> Void
    ) async throws {
        try await withLab(root: Release.services) { lab, system in
            let manager = try await system.manager(of: system.account("mona"))
            try await body(lab, manager)
            await manager.bus.close()
        }
    }

    @Test("runs copies of a user's service, which are stopped, and whose lines are found")
    func copies() async throws {
        try await withManager { lab, manager in
            let service = try await Service(named: "syncthing.service", on: manager)
            let procedure = TrialProcedure(
                service: service.copies,
                probes: [
                    CommandProbe(
                        command: "curl -fsS http://127.0.0.1:8384/rest/noauth/health", on: manager),
                    CommandProbe(command: "test \"$(id -un)\" = mona", on: manager),
                ],
                canReload: false, settle: .zero)
            let trial = try await procedure.run(TrialSpec(.unrestricted, .asItIs))
            #expect(trial.verdict.isPass, "\(trial.because)")
            #expect(trial.log.contains { $0.source == "syncthing" })
            #expect(trial.log.contains { $0.source == "systemd" })
        }
    }

    @Test("cannot apply what a program that does nothing fails under, and that is all")
    func canary() async throws {
        try await withManager { lab, manager in
            let service = try await Service(named: "syncthing.service", on: manager)
            #expect(service.dialect.scope == .user)
            let found = try await service.inapplicable
            // Identities of others cannot be mapped. PrivatePIDs= is held back on this systemd.
            #expect(Set(found.keys) == ["PrivateUsers=identity"], "\(found)")
            #expect(found["PrivateUsers=identity"]?.contains("217/USER") == true)
        }
    }

    @Test("a drop-in of the user is in force on the real unit, and gone afterwards")
    func dropIn() async throws {
        try await withManager { lab, manager in
            let service = try await Service(named: "syncthing.service", on: manager)
            let catalogue = Catalogue.standard(under: .user)
            let profile = Profile(["ProtectKernelTunables=yes"], in: catalogue)
            let expected = service.subject(in: catalogue).tightened(by: profile)
            let text = service.subject(in: catalogue).dropIn(for: profile).text
            #expect(text.contains("PrivateUsers=yes"))
            let differences = try await service.install(dropIn: text, expecting: expected)
            #expect(differences == [])
            let installed = try await Service(named: "syncthing.service", on: manager)
            #expect(installed.sandbox[.protectKernelTunables].isOn)
            try await service.uninstall()
            let restored = try await Service(named: "syncthing.service", on: manager)
            #expect(restored.sandbox == service.sandbox)
        }
    }

    @Test("exposure is what systemd-analyze says of a user's unit")
    func exposure() async throws {
        try await withManager { lab, manager in
            let service = try await Service(named: "syncthing.service", on: manager)
            let ours = service.subject(in: .standard).exposure
            let theirs = try await lab.run([
                "runuser", "-u", "mona", "--", "env", "XDG_RUNTIME_DIR=/run/user/1000",
                "systemd-analyze", "--user", "security", "--no-pager", "syncthing.service",
            ])
            #expect(
                theirs.stdout.contains("level for syncthing.service: \(ours) "),
                "\(ours): \(theirs.stdout.suffix(200)) \(theirs.stderr)")
        }
    }

    @Test("a user who is not there, and a tree in which no user's manager can run, are named")
    func missing() async throws {
        try await withLab(.trixie) { lab, system in
            let unknown = #expect(throws: ExperimentError.self) {
                try system.account("nobody-of-that-name")
            }
            #expect(unknown?.description.contains("no user nobody-of-that-name here") == true)
            let none = #expect(throws: ExperimentError.self) { try system.account(nil) }
            #expect(none?.description.contains("no ordinary user here") == true)
            let root = try system.account("root")
            let lacking = await #expect(throws: ExperimentError.self) {
                try await system.manager(of: root)
            }
            #expect(
                lacking?.description.contains("libpam-systemd and dbus-user-session") == true)
        }
    }
}
