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
        "is refused the ways out to the machine's kernel and devices", arguments: Release.allCases,
        [false, true])
    func cheapWays(release: Release, isCaged: Bool) async throws {
        try await Self.inLab(of: release, isCaged: isCaged) { lab in
            for (who, answers) in try await Self.answers(to: WayOut.cheap, in: lab) {
                for (way, answer) in zip(WayOut.cheap, answers) {
                    #expect(answer == Self.refused, "\(way.name) by \(who): error \(answer)")
                }
            }
        }
    }

    @Test("of a cage reaches nothing of the machine", arguments: Release.allCases)
    func dearWays(release: Release) async throws {
        try await Self.withKey {
            try await Self.inLab(of: release, isCaged: true) { lab in
                for (who, answers) in try await Self.answers(to: WayOut.dear, in: lab) {
                    for (way, answer) in zip(WayOut.dear, answers) {
                        #expect(answer > 0, "\(way.name) by \(who)")
                    }
                }
            }
        }
    }

    /// What the README says stays open without a cage: the attempts above are such that succeed.
    @Test("has the others without a cage")
    func openWays() async throws {
        try await Self.withKey {
            try await Self.inLab(of: .trixie, isCaged: false) { lab in
                for (who, answers) in try await Self.answers(to: WayOut.dear, in: lab) {
                    // Of a kernel that has no such thing there is nothing to be had.
                    let missing = [Int(ENODEV), Int(ENOENT), Int(ENOSYS), Int(EINVAL)]
                    for (way, answer) in zip(WayOut.dear, answers)
                    where !missing.contains(answer) {
                        #expect(answer == 0, "\(way.name) by \(who): error \(answer)")
                    }
                    #expect(answers.count { $0 == 0 } > WayOut.dear.count / 2, "\(answers)")
                }
            }
        }
    }

    /// binfmt_misc(5) is a user namespace's own since Linux 6.7.
    @Test("of a cage registers no interpreter of the machine's")
    func interpreters() async throws {
        try await Self.inLab(of: .trixie, isCaged: true) { lab in
            _ = try await lab.run([
                "sh", "-c",
                "mkdir /run/b && mount -t binfmt_misc none /run/b && "
                    + "echo ':temper-canary:M::TEMPER-CANARY::/bin/false:' >/run/b/register",
            ])
            let outside = try Self.output(
                of: "/usr/bin/unshare",
                ["-m", "sh", "-c", "mount -t binfmt_misc none /mnt && ls /mnt"])
            #expect(outside.contains("register"))
            #expect(!outside.contains("temper-canary"))
        }
    }

    private static func inLab(
        of release: Release, isCaged: Bool, _ body: (Lab) async throws -> Void
    ) async throws {
        var plan = LabPlan()
        plan.root = release.root
        plan.isCaged = isCaged
        try await Lab.with(plan) { lab in
            #expect(lab.isCaged == isCaged)
            try await body(lab)
        }
    }

    /// The errors of the attempts, each made by a command that enters the lab and by a service.
    private static func answers(
        to ways: [WayOut], in lab: Lab
    ) async throws -> [(who: String, answers: [Int])] {
        let script = try script(ways)
        var found: [(String, [Int])] = []
        for (who, words) in [
            ("a command", ["perl", "-e", script]),
            (
                "a service",
                [
                    "systemd-run", "--quiet", "--pipe", "--wait", "-p", "KeyringMode=inherit",
                    "perl", "-e",
                    // systemd takes one of two, see systemd.service(5).
                    script.replacing("$", with: "$$"),
                ]
            ),
        ] {
            let output = try await lab.run(words)
            let answers = output.stdout.split(separator: "\n").compactMap { Int($0) }
            try #require(answers.count == ways.count, "\(who): \(output)")
            found.append((who, answers))
        }
        return found
    }

    /// With a key in the keyring of the machine's root, which is looked for from inside.
    private static func withKey(_ body: () async throws -> Void) async throws {
        let planted = try output(of: "/usr/bin/perl", ["-e", WayOut.plantingKey.before])
        try #require((Int(planted.dropLast()) ?? -1) > 0)
        defer { _ = try? output(of: "/usr/bin/perl", ["-e", WayOut.plantingKey.after]) }
        try await body()
    }

    private static func output(of program: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let text = String(
            decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        return text
    }

    /// Without a lab around it the same attempts are refused for other reasons, or not at all: EPERM
    /// is the lab's.
    @Test("is told by the attempts from root outside")
    func outside() throws {
        let calls = WayOut.cheap.filter { $0.name.hasSuffix("()") && $0.name != "adjtimex()" }
        let text = try Self.output(of: "/usr/bin/perl", ["-e", try Self.script(calls)])
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
