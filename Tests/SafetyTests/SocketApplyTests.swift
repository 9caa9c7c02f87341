import ApplyBench
import Fixtures
import Foundation
import Glibc
import Lab
import Testing

@Suite("A drop-in for a service that systemd hands its sockets", .serialized)
struct SocketApplyTests {
    private let unit = "handed.service"

    private func withServer(
        _ release: Release, _ body: @Sendable (Subject) async throws -> Void
    ) async throws {
        try await withSubject(release) { subject in
            for (name, text) in HandedServer.units() {
                try subject.write("/etc/systemd/system/\(name)", text + "\n")
            }
            _ = try await subject.systemctl("daemon-reload")
            _ = try await subject.systemctl("enable", "--now", "web.socket", "ctl.socket")
            try await subject.start(unit)
            try await body(subject)
        }
    }

    private func standing(_ subject: Subject) async throws -> String {
        let sockets = try await subject.lab.run(["sh", "-c", HandedServer.standing]).stdout
        let state = try await subject.state(unit)
        let settings = try await subject.settings(unit)
        return ([sockets, state] + settings).joined(separator: "\n")
    }

    private func bench(_ subject: Subject) -> ApplyBench {
        var bench = subject.bench(unit)
        bench.probe = HandedServer.ask
        return bench
    }

    @Test("is tried with them, and they listen afterwards", arguments: Release.allCases)
    func installs(_ release: Release) async throws {
        try await withServer(release) { subject in
            let before = try await standing(subject)
            #expect(before.contains("both answer"), "\(before)")
            let result = try await bench(subject).apply(["PrivateTmp=yes", "PrivateNetwork=yes"])
            #expect(result.applied != nil, "\(result.notApplied ?? "")")
            let after = try await standing(subject)
            #expect(after.contains("both answer") && after.contains("PrivateTmp=yes"), "\(after)")
            _ = try await subject.reversal(unit).run()
            #expect(try await standing(subject) == before)
            try await expectNothingLeft(on: subject)
        }
    }

    @Test("one that fails: it and they are as they were", arguments: Release.allCases)
    func rollsBack(_ release: Release) async throws {
        try await withServer(release) { subject in
            let before = try await standing(subject)
            // It dies at each connection, which starts it again until systemd has enough.
            let result = try await bench(subject).apply([
                "SystemCallFilter=~@network-io", "SystemCallErrorNumber=kill",
            ])
            let why = result.notApplied ?? ""
            #expect(why.contains("everything is as it was"), "\(why)")
            #expect(try await standing(subject) == before)
            try await expectNothingLeft(on: subject)
        }
    }

    @Test("killed at any moment: it and they are as they were", arguments: Release.allCases)
    func killed(_ release: Release) async throws {
        try await withServer(release) { subject in
            let before = try await standing(subject)
            let whole = try await victim(subject).end()
            #expect(whole.output.contains("50-temper.conf"), "\(whole.output) \(whole.errors)")
            _ = try await subject.reversal(unit).run()
            #expect(try await standing(subject) == before)
            for part in [0.15, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9] {
                let run = try victim(subject)
                try await Task.sleep(for: .seconds(whole.seconds * part))
                run.signal(SIGKILL)
                _ = try await run.end()
                var (after, left) = ("", [""])
                for _ in 0..<200 where after != before || !left.isEmpty {
                    try await Task.sleep(for: .milliseconds(50))
                    left = try await subject.leftovers()
                    after = try await standing(subject)
                    if after.contains("50-temper.conf") && left.isEmpty {
                        // It was through: what it verified stays.
                        _ = try await subject.reversal(unit).run()
                    }
                }
                #expect(after == before && left == [], "at \(part)")
            }
        }
    }

    private func victim(_ subject: Subject) throws -> BuiltProduct.Run {
        try BuiltProduct("apply-victim").start([
            subject.lab.busAddress, subject.lab.rootPath, subject.lab.networkNamespace, unit, "",
            HandedServer.ask, "", "PrivateTmp=yes", "NoNewPrivileges=yes",
        ])
    }
}
