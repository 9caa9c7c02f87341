import ApplyFixture
import Fixtures
import Foundation
import Glibc
import Lab
import Reports
import TemperCommand
import TemperKit
import TemperTesting
import Testing

/// temper is killed or interrupted while it installs a drop-in; systemd puts the service back.
/// `TEMPER_KILLS=200` kills as often.
@Suite("Killed at any moment of --apply", .serialized, .timeLimit(.minutes(10)))
struct KillTests {
    private static let kills =
        ProcessInfo.processInfo.environment["TEMPER_KILLS"].flatMap(Int.init) ?? 4

    @Test("the service runs as before, and nothing is left", arguments: Release.allCases)
    func killed(_ release: Release) async throws {
        try await withMachineFixture(release) { fixture in
            try await fixture.start("steady.service")
            try await killAndLook(fixture)
        }
    }

    @Test("the service of a user's own manager too")
    func killedForUser() async throws {
        try await withUsersFixture(root: Release.services) { fixture in
            try await fixture.start("steady.service")
            try await killAndLook(fixture)
        }
    }

    private func killAndLook(_ fixture: MachineFixture) async throws {
        let before = try await fixture.settings("steady.service")
        let whole = try await victim(fixture).end()
        #expect(whole.output.contains("50-temper.conf"), "\(whole.output) \(whole.errors)")
        _ = try await fixture.reversal("steady.service").run()
        var random = SplitMix64(seed: 30)
        var (restored, kept) = (0, 0)
        for number in 0..<Self.kills {
            // Spread over its life, and then by chance.
            let part =
                number < Self.kills / 2
                ? Double(number) / Double(Self.kills / 2)
                : Double.random(in: 0...1, using: &random)
            let run = try victim(fixture)
            try await Task.sleep(for: .seconds(whole.seconds * part))
            // Every second time so that it can still do something about it.
            let signals = [SIGINT, SIGTERM, SIGHUP]
            run.signal(number % 2 == 0 ? SIGKILL : signals[number / 2 % signals.count])
            _ = try await run.end()
            try await calm(fixture)
            if fixture.text(try path(fixture)) != nil {
                // It was through: what it verified stays.
                kept += 1
                _ = try await fixture.reversal("steady.service").run()
            }
            let after = try await fixture.settings("steady.service")
            let state = try await fixture.state("steady.service")
            let left = try await fixture.leftovers()
            #expect(after == before, "kill \(number) at \(part)")
            #expect(state == "active", "kill \(number) at \(part)")
            #expect(left == [], "kill \(number) at \(part)")
            if after == before && state == "active" && left.isEmpty { restored += 1 }
        }
        print("killed \(Self.kills) times, restored \(restored) times; \(kept) were through")
    }

    private func path(_ fixture: MachineFixture) throws -> String {
        fixture.user == nil
            ? "/etc/systemd/system/steady.service.d/50-temper.conf"
            : "/home/mona/.config/systemd/user/steady.service.d/50-temper.conf"
    }

    private func victim(_ fixture: MachineFixture, twin: String = "") throws -> BuiltProduct.Run {
        try BuiltProduct("apply-victim").start([
            fixture.lab.busAddress, fixture.lab.rootPath, fixture.lab.networkNamespace,
            "steady.service", fixture.user ?? "", "true", twin, "PrivateTmp=yes",
            "NoNewPrivileges=yes",
        ])
    }

    @Test("the drop-in that was installed before is there again", arguments: Release.allCases)
    func superseding(_ release: Release) async throws {
        try await withMachineFixture(release) { fixture in
            try fixture.write(
                "/etc/systemd/system/twin.service", MachineFixture.units["steady.service"] ?? "")
            try await fixture.start("steady.service")
            let path = try path(fixture)
            func older() async throws -> String {
                var application = fixture.application("steady.service")
                (application.triesInLab, application.twin) = (true, "twin.service")
                #expect(try await application.apply(["ProtectSystem=full"]).applied != nil)
                return fixture.text(path) ?? ""
            }
            var text = try await older()
            let before = try await fixture.settings("steady.service")
            let whole = try await victim(fixture, twin: "twin.service").end()
            #expect(whole.output.contains("50-temper.conf"), "\(whole.output) \(whole.errors)")
            #expect(fixture.text(path) != text)
            var kept = 0
            for number in 0..<Self.kills {
                if fixture.text(path) != text { text = try await older() }
                let run = try victim(fixture, twin: "twin.service")
                try await Task.sleep(
                    for: .seconds(whole.seconds * Double(number + 1) / Double(Self.kills + 1)))
                run.signal(number % 2 == 0 ? SIGKILL : SIGTERM)
                _ = try await run.end()
                try await calm(fixture)
                if fixture.text(path) != text {
                    // It was through: what it verified stays.
                    kept += 1
                    #expect(try await fixture.settings("steady.service").contains("PrivateTmp=yes"))
                } else {
                    #expect(try await fixture.settings("steady.service") == before)
                }
                #expect(try await fixture.state("steady.service") == "active")
                #expect(try await fixture.leftovers() == [], "kill \(number)")
            }
            print("\(Self.kills) kills over an installed drop-in; \(kept) were through")
        }
    }

    /// Waits until what temper left running has ended.
    private func calm(_ fixture: MachineFixture) async throws {
        for _ in 0..<600 {
            let units = try await fixture.systemctl(
                "list-units", "--all", "--plain", "--no-legend", "temper*")
            let jobs = try await fixture.systemctl("list-jobs", "--no-legend")
            if units.isEmpty && (jobs.isEmpty || jobs.contains("No jobs")) { return }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
