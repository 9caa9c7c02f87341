import ApplyBench
import Fixtures
import Foundation
import Glibc
import Lab
import TemperTesting
import Testing

/// temper is killed or interrupted while it installs a drop-in; systemd puts the service back.
/// `TEMPER_KILLS=200` kills as often.
@Suite("Killed at any moment of --apply", .serialized)
struct KillTests {
    private static let kills =
        ProcessInfo.processInfo.environment["TEMPER_KILLS"].flatMap(Int.init) ?? 4

    @Test("the service runs as before, and nothing is left", arguments: Release.allCases)
    func killed(_ release: Release) async throws {
        try await withSubject(release) { subject in
            try await subject.start("steady.service")
            try await killAndLook(subject)
        }
    }

    @Test("the service of a user's own manager too")
    func killedForUser() async throws {
        try await withUsersSubject(root: Release.services) { subject in
            try await subject.start("steady.service")
            try await killAndLook(subject)
        }
    }

    private func killAndLook(_ subject: Subject) async throws {
        let before = try await subject.settings("steady.service")
        let whole = try await victim(subject).end()
        #expect(whole.output.contains("50-temper.conf"), "\(whole.output) \(whole.errors)")
        _ = try await subject.reversal("steady.service").run()
        var random = Seeded(30)
        var (restored, kept) = (0, 0)
        for number in 0..<Self.kills {
            // Spread over its life, and then by chance.
            let part =
                number < Self.kills / 2
                ? Double(number) / Double(Self.kills / 2)
                : Double.random(in: 0...1, using: &random)
            let run = try victim(subject)
            try await Task.sleep(for: .seconds(whole.seconds * part))
            // Every second time so that it can still do something about it.
            let signals = [SIGINT, SIGTERM, SIGHUP]
            run.signal(number % 2 == 0 ? SIGKILL : signals[number / 2 % signals.count])
            _ = try await run.end()
            try await calm(subject)
            if subject.text(try path(subject)) != nil {
                // It was through: what it verified stays.
                kept += 1
                _ = try await subject.reversal("steady.service").run()
            }
            let after = try await subject.settings("steady.service")
            let state = try await subject.state("steady.service")
            let left = try await subject.leftovers()
            #expect(after == before, "kill \(number) at \(part)")
            #expect(state == "active", "kill \(number) at \(part)")
            #expect(left == [], "kill \(number) at \(part)")
            if after == before && state == "active" && left.isEmpty { restored += 1 }
        }
        print("killed \(Self.kills) times, restored \(restored) times; \(kept) were through")
    }

    private func path(_ subject: Subject) throws -> String {
        subject.user == nil
            ? "/etc/systemd/system/steady.service.d/50-temper.conf"
            : "/home/mona/.config/systemd/user/steady.service.d/50-temper.conf"
    }

    private func victim(_ subject: Subject, twin: String = "") throws -> BuiltProduct.Run {
        try BuiltProduct("apply-victim").start([
            subject.lab.busAddress, subject.lab.rootPath, subject.lab.networkNamespace,
            "steady.service", subject.user ?? "", "true", twin, "PrivateTmp=yes",
            "NoNewPrivileges=yes",
        ])
    }

    @Test("the drop-in that was installed before is there again", arguments: Release.allCases)
    func superseding(_ release: Release) async throws {
        try await withSubject(release) { subject in
            try subject.write(
                "/etc/systemd/system/twin.service", Subject.units["steady.service"] ?? "")
            try await subject.start("steady.service")
            let path = try path(subject)
            func older() async throws -> String {
                var bench = subject.bench("steady.service")
                (bench.triesInLab, bench.twin) = (true, "twin.service")
                #expect(try await bench.apply(["ProtectSystem=full"]).applied != nil)
                return subject.text(path) ?? ""
            }
            var text = try await older()
            let before = try await subject.settings("steady.service")
            let whole = try await victim(subject, twin: "twin.service").end()
            #expect(whole.output.contains("50-temper.conf"), "\(whole.output) \(whole.errors)")
            #expect(subject.text(path) != text)
            var kept = 0
            for number in 0..<Self.kills {
                if subject.text(path) != text { text = try await older() }
                let run = try victim(subject, twin: "twin.service")
                try await Task.sleep(
                    for: .seconds(whole.seconds * Double(number + 1) / Double(Self.kills + 1)))
                run.signal(number % 2 == 0 ? SIGKILL : SIGTERM)
                _ = try await run.end()
                try await calm(subject)
                if subject.text(path) != text {
                    // It was through: what it verified stays.
                    kept += 1
                    #expect(try await subject.settings("steady.service").contains("PrivateTmp=yes"))
                } else {
                    #expect(try await subject.settings("steady.service") == before)
                }
                #expect(try await subject.state("steady.service") == "active")
                #expect(try await subject.leftovers() == [], "kill \(number)")
            }
            print("\(Self.kills) kills over an installed drop-in; \(kept) were through")
        }
    }

    /// Waits until what temper left running has ended.
    private func calm(_ subject: Subject) async throws {
        for _ in 0..<600 {
            let units = try await subject.systemctl(
                "list-units", "--all", "--plain", "--no-legend", "temper*")
            let jobs = try await subject.systemctl("list-jobs", "--no-legend")
            if units.isEmpty && (jobs.isEmpty || jobs.contains("No jobs")) { return }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
