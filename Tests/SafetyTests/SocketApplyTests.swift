import ApplyFixture
import Fixtures
import Foundation
import Glibc
import Lab
import Reports
import TemperCommand
import TemperKit
import Testing

@Suite(
    "A drop-in for a service that systemd hands its sockets", .serialized, .timeLimit(.minutes(10)))
struct SocketApplyTests {
    private let unit = "handed.service"

    private func withServer(
        _ release: Release, _ body: @Sendable (MachineFixture) async throws -> Void
    ) async throws {
        try await withMachineFixture(release) { fixture in
            for (name, text) in HandedServer.units() {
                try fixture.write("/etc/systemd/system/\(name)", text + "\n")
            }
            _ = try await fixture.systemctl("daemon-reload")
            _ = try await fixture.systemctl("enable", "--now", "web.socket", "ctl.socket")
            try await fixture.start(unit)
            try await body(fixture)
        }
    }

    private func standing(_ fixture: MachineFixture) async throws -> String {
        let sockets = try await fixture.lab.run(["sh", "-c", HandedServer.standing]).stdout
        let state = try await fixture.state(unit)
        let settings = try await fixture.settings(unit)
        return ([sockets, state] + settings).joined(separator: "\n")
    }

    private func application(_ fixture: MachineFixture) -> ApplyFixture {
        var application = fixture.application(unit)
        application.probe = HandedServer.ask
        return application
    }

    @Test("is tried with them, and they listen afterwards", arguments: Release.allCases)
    func installs(_ release: Release) async throws {
        try await withServer(release) { fixture in
            let before = try await standing(fixture)
            #expect(before.contains("both answer"), "\(before)")
            let result = try await application(fixture).apply([
                "PrivateTmp=yes", "PrivateNetwork=yes",
            ])
            #expect(result.applied != nil, "\(result.notApplied ?? "")")
            let after = try await standing(fixture)
            #expect(after.contains("both answer") && after.contains("PrivateTmp=yes"), "\(after)")
            _ = try await fixture.reversal(unit).run()
            #expect(try await standing(fixture) == before)
            try await expectNothingLeft(on: fixture)
        }
    }

    @Test("one that fails: it and they are as they were", arguments: Release.allCases)
    func rollsBack(_ release: Release) async throws {
        try await withServer(release) { fixture in
            let before = try await standing(fixture)
            // It dies at each connection, which starts it again until systemd has enough.
            let result = try await application(fixture).apply([
                "SystemCallFilter=~@network-io", "SystemCallErrorNumber=kill",
            ])
            let why = result.notApplied ?? ""
            #expect(why.contains("everything is as it was"), "\(why)")
            #expect(try await standing(fixture) == before)
            try await expectNothingLeft(on: fixture)
        }
    }

    @Test("killed at any moment: it and they are as they were", arguments: Release.allCases)
    func killed(_ release: Release) async throws {
        try await withServer(release) { fixture in
            let before = try await standing(fixture)
            let whole = try await victim(fixture).end()
            #expect(whole.output.contains("50-temper.conf"), "\(whole.output) \(whole.errors)")
            _ = try await fixture.reversal(unit).run()
            #expect(try await standing(fixture) == before)
            for part in [0.15, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9] {
                let run = try victim(fixture)
                try await Task.sleep(for: .seconds(whole.seconds * part))
                run.signal(SIGKILL)
                _ = try await run.end()
                var (after, left) = ("", [""])
                for _ in 0..<200 where after != before || !left.isEmpty {
                    try await Task.sleep(for: .milliseconds(50))
                    left = try await fixture.leftovers()
                    after = try await standing(fixture)
                    if after.contains("50-temper.conf") && left.isEmpty {
                        // It was through: what it verified stays.
                        _ = try await fixture.reversal(unit).run()
                    }
                }
                #expect(after == before && left == [], "at \(part)")
            }
        }
    }

    private func victim(_ fixture: MachineFixture) throws -> BuiltProduct.Run {
        try BuiltProduct("apply-victim").start([
            fixture.lab.busAddress, fixture.lab.rootPath, fixture.lab.networkNamespace, unit, "",
            HandedServer.ask, "", "PrivateTmp=yes", "NoNewPrivileges=yes",
        ])
    }
}
