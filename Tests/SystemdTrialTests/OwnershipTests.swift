import Fixtures
import Foundation
import Hardening
import Lab
import Systemd
import Testing
import Trials

@Suite("Files that change hands in a lab", .serialized, .timeLimit(.minutes(5)))
struct OwnershipTests {
    private func owner(_ path: String, in lab: Lab) async throws -> String {
        try await lab.run(["stat", "-c", "%U", path]).stdout
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func usage(writing written: Set<String>, files: Set<String> = []) -> Usage {
        var usage = Usage()
        usage.written = written
        usage.files = files
        return usage
    }

    @Test("a tree and single files are given to a user, and taken back as they were")
    func givenAndTakenBack() async throws {
        try await withLab(.trixie) { lab, machine in
            _ = try await lab.run([
                "sh", "-c",
                "mkdir -p /var/lib/x/a && touch /var/lib/x/a/f && chmod 4755 /var/lib/x/a/f",
            ])
            let undo = try machine.apply(
                Ownership(
                    user: "www-data",
                    usage(
                        writing: ["/var/lib/x", "/var/log"],
                        files: ["/var/log/x.log", "/run/x.pid"])))
            for path in ["/var/lib/x", "/var/lib/x/a/f", "/var/log/x.log"] {
                #expect(try await owner(path, in: lab) == "www-data", "\(path)")
            }
            // Shared places stay root's, and what is in /run is made at each start.
            #expect(try await owner("/var/log", in: lab) == "root")
            #expect(machine.missing(["/run/x.pid", "/var/log/x.log"]) == ["/run/x.pid"])
            undo.run()
            #expect(try await owner("/var/lib/x/a/f", in: lab) == "root")
            let mode = try await lab.run(["stat", "-c", "%a", "/var/lib/x/a/f"]).stdout
            #expect(mode == "4755\n")
            #expect(machine.missing(["/var/log/x.log"]) == ["/var/log/x.log"])
        }
    }

    @Test("whatever the links of a machine say, nothing outside of it is touched")
    func links() async throws {
        let outside = FileManager.default.temporaryDirectory
            .appendingPathComponent("temper-outside-\(UInt32.random(in: 0...UInt32.max))").path
        try FileManager.default.createDirectory(
            atPath: outside + "/sub", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: outside) }
        _ = FileManager.default.createFile(atPath: outside + "/sub/file", contents: nil)
        try await withLab(.trixie) { lab, machine in
            _ = try await lab.run(["ln", "-s", outside, "/srv/link"])
            _ = try machine.apply(
                Ownership(
                    user: "www-data",
                    usage(
                        writing: ["/srv/link", "/srv/link/sub", "/var/log"],
                        files: ["/srv/link/sub/file"])))
            #expect(machine.missing(["/srv/link/sub/file"]) == ["/srv/link/sub/file"])
        }
        for path in ["", "/sub", "/sub/file"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: outside + path)
            #expect(attributes[.ownerAccountID] as? NSNumber == 0, "\(path)")
        }
    }

    @Test("a user of its own is made as systemd-sysusers makes one, and goes again")
    func ownUser() async throws {
        try await withLab(.trixie) { lab, machine in
            func files() async throws -> String {
                try await lab.run([
                    "sh", "-c", "cat /etc/passwd /etc/group; stat -c '%U %a' /etc/passwd",
                ])
                .stdout
            }
            let before = try await files()
            _ = try await lab.run(["mkdir", "/var/lib/homemade"])
            var usage = usage(writing: ["/var/lib/homemade"])
            usage.newUser = .system
            let ownership = Ownership(user: "homemade", usage)
            let undo = try machine.apply(ownership)
            #expect(!undo.isEmpty)
            #expect(try await owner("/var/lib/homemade", in: lab) == "homemade")
            let account = try await lab.run(["getent", "passwd", "homemade"]).stdout
            #expect(account.hasSuffix("::/:/usr/sbin/nologin\n"), "\(account)")
            #expect(try await lab.run(["id", "-gn", "homemade"]).stdout == "homemade\n")
            // Who is there already is not made again.
            #expect(try machine.apply(ownership).isEmpty)
            undo.run()
            #expect(try await files() == before)
            #expect(try await owner("/var/lib/homemade", in: lab) == "root")
            usage.newUser = .dynamic
            usage.written = []
            #expect(try machine.apply(Ownership(user: "homemade", usage)).isEmpty)
        }
    }

    @Test("a user that the machine does not have is said to be missing")
    func missingUser() async throws {
        _ = try await withLab(.trixie) { _, machine in
            #expect(throws: ExperimentError.self) {
                try machine.apply(Ownership(user: "nobody-here", usage(writing: ["/srv/x"])))
            }
        }
    }
}
