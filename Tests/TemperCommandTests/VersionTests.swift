import Fixtures
import Foundation
import TemperKit
import Testing

/// What packages are made with.
let packaging = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Examples/Packaging")

@Suite("The version is told with the commit and the machine's systemd", .timeLimit(.minutes(1)))
struct VersionTests {
    private static let temper = BuiltProduct("temper")

    @Test("as systemctl says it, and a commit is unknown where nobody named it to the compiler")
    func version() async throws {
        let systemd = try await runProgram("/usr/bin/systemctl", ["--version"]).output
            .prefix { $0 != "\n" }
        let report = try await Self.temper.run(["--version"])
        #expect(
            report.output == "temper \(TemperVersion.current) (commit unknown), \(systemd)\n")
        #expect(report.status == 0 && report.errors.isEmpty)
    }

    @Test("also by a command's own option, and where there is no systemd")
    func elsewhere() async throws {
        let report = try await Self.temper.run(
            ["harden", "--version"], environment: ["PATH": "/nonexistent"])
        #expect(report.output.hasSuffix(" (commit unknown), no systemd\n"), "\(report.output)")
        #expect(report.status == 0 && report.errors.isEmpty)
    }

    @Test("without /proc, of which Swift takes the arguments, one line says so")
    func noProcesses() async throws {
        let report = try await runProgram(
            "/usr/bin/unshare",
            [
                "--mount", "sh", "-c", "mount -t tmpfs none /proc && exec \"$0\" --version",
                Self.temper.path,
            ])
        #expect(
            report.errors == "temper: there is no /proc here; mount it: mount -t proc proc /proc\n")
        #expect(report.status == 2 && report.output.isEmpty)
    }

    @Test("the other packages are of this version", arguments: ["temper.spec", "PKGBUILD"])
    func packages(file: String) throws {
        let text = try String(
            contentsOf: packaging.appending(path: file), encoding: .utf8)
        let version = try #require(text.firstMatch(of: /\n(?:Version: +|pkgver=)(.+)\n/)).1
        #expect(version == TemperVersion.current)
    }

    @Test("a version that reaches nobody is no success")
    func lost() async throws {
        let report = try await runProgram(
            "/bin/sh", ["-c", "exec \"$0\" --version >/dev/full", Self.temper.path])
        #expect(report.status == 2 && report.complaints.count == 1, "\(report.errors)")
    }
}
