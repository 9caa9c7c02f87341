import Fixtures
import Foundation
import Hardening
import PublishedSchemas
import Testing

@testable import Reports

@Suite("temper doctor", .serialized, .timeLimit(.minutes(5))) struct CommandTests {
    private static let temper = BuiltProduct("temper")

    private func withState<Result>(_ body: (String) async throws -> Result) async throws -> Result {
        let directory = NSTemporaryDirectory() + "temper-doctor-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        return try await body(directory)
    }

    private func records(_ state: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: state + "/enforcement")) ?? []
    }

    @Test("prints a table whose worst rows come first, and records what it measured")
    func json() async throws {
        try await withState { state in
            let run = try await CommandTests.temper.run(
                ["doctor", "--root", Release.bookworm.root, "--json", "--state-dir", state],
                within: .seconds(60))
            try #require(run.status == 0, "\(run.errors)")
            let report = try JSONDecoder().decode(DoctorReport.self, from: Data(run.output.utf8))
            #expect(report.schema == "temper.doctor/1")
            let schema = try JSONSchema(report.schema)
            #expect(try schema.flaws(in: Data(run.output.utf8)) == [])
            #expect(report.systemd.hasPrefix("252."))
            #expect(report.features.contains("-BPF_FRAMEWORK"))
            #expect(report.root == Release.bookworm.root)
            #expect(!report.kernel.isEmpty)
            #expect(report.evidence.programs)
            #expect(report.restrictions.count == Catalogue.standard.restrictions.count)
            #expect(report.restrictions.first?.standing == .ignored)
            #expect(report.restrictions.last?.standing == .inForce)
            let ports = try #require(
                report.restrictions.first { $0.restriction == "SocketBindDeny=any" })
            #expect(ports.standing == .ignored)
            #expect(ports.cure == "needs a systemd built with BPF_FRAMEWORK; this one is not")
            #expect(records(state).count == 1)
        }
    }

    /// A record says that a machine ignores something; the harden that finds it believes it.
    @Test("harden reads the record, leaves out what is ignored and names it with the cure")
    func record() async throws {
        try await withState { state in
            let root = Release.trixie.root
            let examined = try await CommandTests.temper.run(
                ["doctor", "--root", root, "--quiet", "--state-dir", state], within: .seconds(60))
            try #require(examined.status == 0, "\(examined.errors)")
            let file = "\(state)/enforcement/\(try #require(records(state).first))"
            let measured = try JSONDecoder().decode(
                Enforcement.self, from: Data(contentsOf: URL(fileURLWithPath: file)))
            var findings = measured.findings
            findings["PrivateIPC=yes"] = .init(.ignored, cure: "a cure of its own")
            try JSONEncoder().encode(Enforcement(findings)).write(
                to: URL(fileURLWithPath: file))
            let run = try await CommandTests.temper.run(
                [
                    "harden", "cron", "--root", root, "--state-dir", state, "--json",
                    "--probe", "true", "--max-trials", "3", "--force",
                ], within: .seconds(90))
            let result = try JSONDecoder().decode(
                HardeningResult.self, from: Data(run.output.utf8))
            #expect(
                result.ignored.contains {
                    $0.restriction == "PrivateIPC=yes" && $0.because == "a cure of its own"
                })
            #expect(
                result.partlyInForce == [
                    .init(
                        restriction: "ProtectKernelTunables=yes",
                        because: "without /sys: set PrivateNetwork=yes beside it")
                ])
            #expect(records(state).count == 1)
        }
    }

    @Test("a root that is none is one line and exit status 2")
    func badRoot() async throws {
        let run = try await CommandTests.temper.run(
            ["doctor", "--root", "/no/such/tree"], within: .seconds(20))
        #expect(run.status == 2)
        #expect(run.complaints.last?.contains("/no/such/tree") == true)
        #expect(run.output.isEmpty)
    }
}

@Suite("The doctor's table as people read it", .timeLimit(.minutes(5))) struct DoctorTextTests {
    private let report = DoctorReport(
        facts: MachineFacts(
            systemd: "257.13-1", features: (0..<40).map { "+FEATURE\($0)" }, kernel: "6.12",
            libraries: [.seccomp], securityModules: ["lockdown", "bpf"], hasBPFFileSystem: true),
        enforcement: Enforcement([
            "ProtectSystem=yes": .init(.inForce), "ProtectSystem=full": .init(.inForce),
            "ProtectSystem=strict": .init(.inForce),
            "SocketBindDeny=any": .init(
                .ignored, cure: "install libbpf1"),
            "ProtectKernelTunables=yes": .init(
                .partly(lacking: ["/sys"]), cure: String(repeating: "a long cure ", count: 20)),
            "PrivateTmp=yes": .init(.inForce),
            "PrivateTmp=disconnected": .init(.unknown(since: 257), cure: "needs systemd 257"),
            "PrivateBPF=yes": .init(.failing("226/NAMESPACE")),
        ]), catalogue: .standard, root: "/srv/trixie", systemdIsPIDOne: false,
        evidence: .init(audit: true, programs: false), seconds: 1)

    @Test("worst first, one line for what stands alike, never wider than 100 columns")
    func text() {
        let lines = DoctorText(report, catalogue: .standard, isColoured: false).text
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(lines.allSatisfy { $0.count <= 100 })
        #expect(lines[0] == "systemd 257.13-1, kernel 6.12, in a lab of /srv/trixie")
        #expect(lines.contains("evidence      audit records yes, BPF programs no"))
        let table = lines.drop { !$0.hasPrefix("SocketBindDeny") }
        #expect(table.first == "SocketBindDeny         ignored      install libbpf1")
        let names = table.compactMap { line in
            line.first == " " ? nil : line.split(separator: " ").first.map(String.init)
        }
        #expect(
            names == [
                "SocketBindDeny", "ProtectKernelTunables", "PrivateBPF", "PrivateTmp",
                "ProtectSystem", "PrivateTmp",
            ])
        #expect(
            table.contains("PrivateTmp             unknown      disconnected: needs systemd 257"))
        #expect(table.contains("ProtectSystem          in force"))
    }

    @Test("colours change nothing but the colours")
    func colours() {
        let plain = DoctorText(report, catalogue: .standard, isColoured: false).text
        let coloured = DoctorText(report, catalogue: .standard, isColoured: true).text
        #expect(plain != coloured)
        #expect(coloured.replacing(/\u{1b}\[[0-9]+m/, with: "") == plain)
    }
}
