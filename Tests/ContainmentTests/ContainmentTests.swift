import Fixtures
import Foundation
import Lab
import Testing

/// What root in a lab reaches of the machine around it: every way out is tried, as a command that
/// enters the lab and as a service of its systemd.
@Suite("Root in a lab", .serialized, .timeLimit(.minutes(5)))
struct ContainmentTests {
    private static let refused = Int(EPERM)

    @Test(
        "is refused the ways out to the machine's kernel and devices", arguments: Release.allCases)
    func cheapWays(release: Release) async throws {
        var plan = LabPlan()
        plan.root = release.root
        try await Lab.with(plan) { lab in
            let script = try Self.script(WayOut.cheap)
            for (who, words) in [
                ("a command", ["perl", "-e", script]),
                (
                    "a service",
                    ["systemd-run", "--quiet", "--pipe", "--wait", "perl", "-e"]
                        // systemd takes one of two, see systemd.service(5).
                        + [script.replacing("$", with: "$$")]
                ),
            ] {
                let output = try await lab.run(words)
                let answers = output.stdout.split(separator: "\n").compactMap { Int($0) }
                try #require(answers.count == WayOut.cheap.count, "\(who): \(output)")
                for (way, answer) in zip(WayOut.cheap, answers) {
                    #expect(answer == Self.refused, "\(way.name) by \(who): error \(answer)")
                }
            }
        }
    }

    /// Without a lab around it the same attempts are refused for other reasons, or not at all: EPERM
    /// is the lab's.
    @Test("is told by the attempts from root outside")
    func outside() throws {
        let calls = WayOut.cheap.filter { $0.name.hasSuffix("()") && $0.name != "adjtimex()" }
        let perl = Process()
        perl.executableURL = URL(filePath: "/usr/bin/perl")
        perl.arguments = ["-e", try Self.script(calls)]
        let pipe = Pipe()
        perl.standardOutput = pipe
        try perl.run()
        let text = String(
            decoding: try #require(try pipe.fileHandleForReading.readToEnd()), as: UTF8.self)
        perl.waitUntilExit()
        let answers = text.split(separator: "\n").compactMap { Int($0) }
        try #require(answers.count == calls.count)
        #expect(answers.contains { $0 != Self.refused })
        #expect(!answers.contains(0), "an attempt that is harmless must fail: \(answers)")
    }

    @Test("opens the devices that its preparations made, and no other")
    func ownDevices() async throws {
        var plan = LabPlan()
        plan.root = Release.trixie.root
        try await Lab.with(plan) { lab in
            // Of a memory device that is nowhere: opening it is granted and fails for lack of it.
            // What makes one may use it at once.
            let made = try await lab.makingDevices {
                try await lab.run([
                    "sh", "-c", "mknod /dev/odd c 240 7 && LC_ALL=C head -c 1 /dev/odd",
                ])
            }
            #expect(made.stderr.contains("No such device or address"), "\(made)")
            func look(_ path: String) async throws -> String {
                try await lab.run(["sh", "-c", "LC_ALL=C head -c 1 \(path)"]).stderr
            }
            #expect(try await look("/dev/odd").contains("No such device or address"))
            let late = try await lab.run(["mknod", "/dev/late", "c", "240", "8"])
            #expect(late.stderr.contains("Operation not permitted"))
        }
    }

    /// Each attempt's error number on a line of its own.
    private static func script(_ ways: [WayOut]) throws -> String {
        "$| = 1; "
            + ways.map { "{ my $r = do { \($0.attempt) }; print \"$r\\n\"; }" }
            .joined(separator: " ")
    }
}
