import Fixtures
import Foundation
import Reports
import Testing
import Trials

extension EndToEnd {
    @Suite("checks after upgrades", .serialized)
    struct CheckTests {
        private static func check(
            _ arguments: [String], state: String
        ) async throws -> (result: UnitCheck, report: BuiltProduct.Report) {
            let report = try await Tool.temper.run(
                ["check", "--state-dir", state, "--quiet", "--format", "json"] + arguments,
                within: .seconds(240))
            let data = Data(report.output.utf8)
            let whole = try JSONDecoder().decode(CheckReport.self, from: data)
            try Tool.keeps(data, to: whole.schema)
            #expect(whole.schema == "temper.check/1" && whole.exitStatus == report.status)
            return (try #require(whole.units.first), report)
        }

        @Test("planted upgrades of a real service: exact culprits, and what passes instead")
        func planted() async throws {
            try await withTree(.trixie, units: ["planted.service": PlantedServer.unit]) { root in
                try await withState { state in
                    try PlantedServer.install(in: root)
                    try FileManager.default.createDirectory(
                        atPath: state, withIntermediateDirectories: true)
                    let record = state + "/planted.temper"
                    let hardened = try await Tool.harden(
                        "planted", root: root, state: state,
                        ["--quiet", "--json", "--strictest", "--record", record])
                    try #require(hardened.status == 0, "\(hardened.errors)")
                    try await unchanged(record, root, state)
                    for needs in [
                        [.niceness], [.path], [.directory], [.family, .call], [.lowPort],
                    ]
                        as [[PlantedServer.Need]]
                    {
                        try await upgraded(needs, record, root, state)
                    }
                    try await broken(root, state)
                }
                #expect(try await Tool.leftovers(of: root) == [])
            }
        }

        /// Nothing changed: nothing is tried, or one trial.
        private func unchanged(_ record: String, _ root: String, _ state: String) async throws {
            let skipped = try await Self.check(["planted", "--if-changed"], state: state)
            #expect(skipped.result.standing == .unchanged && skipped.report.status == 0)
            #expect(skipped.result.trials == 0)
            let text = try String(contentsOfFile: record, encoding: .utf8)
            let (result, report) = try await Self.check(
                ["--record", record, "--root", root, "--update"], state: state)
            #expect(result.standing == .passed && report.status == 0, "\(result)")
            #expect(result.trials == 1 && result.furtherTrials == 0)
            #expect(result.changes.isEmpty && result.offer == nil)
            print("a check that passes: 1 trial, \(report.seconds) s")
            #expect(try String(contentsOfFile: record, encoding: .utf8) == text)
        }

        private func upgraded(
            _ needs: [PlantedServer.Need], _ record: String, _ root: String, _ state: String
        ) async throws {
            try PlantedServer.install(in: root, needing: needs)
            let (result, report) = try await Self.check(
                ["--record", record, "--root", root, "--if-changed"], state: state)
            let bound = log2(Double(result.profile)).rounded(.up)
            print(
                "\(needs.map(\.rawValue)): \(result.bisecting) trials of bisecting, log2 \(bound), "
                    + "\(report.seconds) s")
            #expect(result.standing == .regressed && report.status == 1, "\(result)")
            let culprits = needs.reduce(into: Set<Set<String>>()) { $0.formUnion($1.culprits) }
            #expect(Set(result.culprits.map { Set($0.restrictions) }) == culprits)
            #expect(result.culprits.allSatisfy { !$0.because.isEmpty && $0.trial > 0 })
            if culprits.count == 1 { #expect(Double(result.bisecting) <= 1.5 * bound) }
            let offer = try #require(result.offer)
            #expect(offer.verified && offer.exposure.after < offer.exposure.before)
            if needs == [.path] {
                #expect(offer.dropIn.contains("ReadWritePaths=-/var/lib/planted"))
            }
            #expect(result.changes.map(\.what) == ["/usr/local/bin/planted"])
        }

        private func broken(_ root: String, _ state: String) async throws {
            try "#!/bin/sh\nexit 3\n".write(
                toFile: root + "/usr/local/bin/planted", atomically: false, encoding: .utf8)
            let (result, report) = try await Self.check(["planted"], state: state)
            #expect(result.standing == .broken && report.status == 2)
            #expect(result.culprits.isEmpty)
            #expect(result.because?.contains("fails without any restriction") == true)
        }

        @Test(
            "Debian's nginx and redis-server from 12 to 13 and sid, side by side",
            arguments: [Release.trixie, .sid])
        func upgradedRelease(release: Release) async throws {
            try await withState { state in
                let report = try await Tool.temper.run(
                    [
                        "check", "--record", Self.recorded("redis"),
                        "--record", Self.recorded("nginx"), "--root", release.root,
                        "--state-dir", state, "--format", "json", "--jobs", "2",
                    ], within: .seconds(240))
                let data = Data(report.output.utf8)
                let whole = try JSONDecoder().decode(CheckReport.self, from: data)
                try Tool.keeps(data, to: whole.schema)
                #expect(report.status == 1)
                try #require(whole.units.map(\.unit) == ["redis-server.service", "nginx.service"])
                try stillPasses(redis: whole.units[0], on: release)
                asksForProcessors(nginx: whole.units[1])
                #expect(report.errors.contains("nginx.service: booting a lab"))
                #expect(report.errors.contains("nginx.service: regressed"))
                #expect(report.errors.contains("redis-server.service: passed"))
                print("both on \(release): \(report.seconds) s")
            }
        }

        /// Its workers do now.
        private func asksForProcessors(nginx result: UnitCheck) {
            #expect(result.standing == .regressed, "\(result)")
            #expect(
                result.culprits.map { Set($0.restrictions) } == [
                    ["SystemCallFilter=~@resources", "SystemCallErrorNumber=kill"]
                ])
            let evidence = result.culprits.flatMap(\.evidence)
            #expect(evidence.contains { $0.contains("killed for sched_setaffinity") })
            #expect(result.offer?.verified == true)
            let changed = Set(result.changes.map(\.kind))
            #expect(changed.isSuperset(of: [.systemd, .package, .unitFile, .systemCalls]))
            #expect(result.notes.contains { $0.kind == .meaning && $0.text.contains("EACCES") })
            #expect(result.notes.contains { $0.kind == .new || $0.kind == .meaning })
            let bound = log2(Double(result.profile))
            print("nginx: \(result.bisecting) trials, log2 \(bound)")
        }

        /// And could be tightened.
        private func stillPasses(redis result: UnitCheck, on release: Release) throws {
            #expect(result.standing == .passed, "\(result)")
            #expect(result.trials == 1 && result.furtherTrials <= 6)
            #expect(result.notes.contains { $0.kind == .new && $0.text.contains("SocketBind") })
            let taken = result.tightenings.map(\.restriction)
            #expect(taken.contains("MemoryKSM=no"), "\(result)")
            #expect(taken.contains("ProtectControlGroups=strict"), "\(result)")
            let offer = try #require(result.offer)
            #expect(offer.verified && offer.dropIn.contains("\nProtectControlGroups=strict\n"))
            print("redis on \(release): \(taken), \(offer.exposure)")
        }

        /// A record that `harden` made on Debian 12 with systemd 252.
        private static func recorded(_ name: String) -> String {
            URL(filePath: #filePath).deletingLastPathComponent()
                .appending(path: "Records/\(name).temper").path
        }

        @Test(
            "options that do not go together are told before anything is tried",
            arguments: [
                (["--apply", "--root", "/srv"], Int32(64), "--root is another"),
                (["--template"], 64, "add --apply"), (["--force"], 64, "add --apply"),
                (["--jobs", "0"], 64, "--jobs 0: from 1 to 16 units are checked side by side"),
                (["--jobs", "2", "--apply"], 64, "leave out --jobs 2"),
            ])
        func nowhere(options: [String], status: Int32, words: String) async throws {
            try await withState { state in
                let report = try await Tool.temper.run(
                    ["check", "--record", Self.recorded("nginx"), "--state-dir", state] + options)
                #expect(report.status == status && report.complaints.count == 1, "\(report)")
                #expect(report.errors.contains(words), "\(report.errors)")
                #expect(report.output.isEmpty && report.seconds < 5)
            }
        }

        @Test("formats, and what is not on record")
        func formats() async throws {
            try await withState { state in
                let nothing = try await Tool.temper.run(["check", "--state-dir", state])
                #expect(nothing.status == 64 && nothing.complaints.count == 1)
                #expect(nothing.errors.contains("nothing on record"))
                let unknown = try await Tool.temper.run(["check", "nginx", "--state-dir", state])
                #expect(unknown.status == 64 && unknown.errors.contains("no record of nginx"))
                let bad = state + "/bad.temper"
                try "[X-Temper-Record]\nSchema=9\nUnit=a.service\n".write(
                    toFile: bad, atomically: true, encoding: .utf8)
                let newer = try await Tool.temper.run(["check", "--record", bad])
                #expect(newer.status == 64 && newer.errors.contains("newer temper"))
                let record = Self.recorded("nginx")
                let junit = try await Tool.temper.run(
                    [
                        "check", "--record", record, "--root", state, "--state-dir", state,
                        "--format", "junit", "--quiet",
                    ])
                #expect(junit.status == 2)
                #expect(junit.output.contains("errors=\"1\""))
            }
        }
    }
}
