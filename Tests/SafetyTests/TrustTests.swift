import Fixtures
import Foundation
import Glibc
import Testing

@testable import TemperKit

@Suite("Files that another user may write are not acted upon", .timeLimit(.minutes(10)))
struct TrustTests {
    private let trust = Trust(users: [0, 1000])

    @Test("by owner and mode")
    func modes() {
        func problem(_ owner: uid_t, _ group: gid_t, _ mode: mode_t, onTheWay: Bool = false)
            -> String?
        {
            trust.problem(owner: owner, group: group, mode: mode, isOnTheWay: onTheWay)
        }
        #expect(problem(0, 0, S_IFREG | 0o644) == nil)
        #expect(problem(1000, 1000, S_IFREG | 0o600) == nil)
        #expect(problem(0, 0, S_IFREG | 0o664) == nil)
        #expect(problem(1001, 0, S_IFREG | 0o600) == "belongs to user 1001")
        #expect(problem(0, 50, S_IFREG | 0o664)?.contains("mode 0664") == true)
        #expect(problem(0, 0, S_IFREG | 0o646)?.contains("mode 0646") == true)
        #expect(problem(0, 0, S_IFDIR | 0o1777) != nil)
        #expect(problem(0, 0, S_IFDIR | 0o1777, onTheWay: true) == nil)
        #expect(problem(0, 0, S_IFDIR | 0o777, onTheWay: true) != nil)
        #expect(problem(0, 0, S_IFLNK | 0o777) == nil)
        #expect(problem(1001, 0, S_IFLNK | 0o777) != nil)
    }

    @Test("by each directory that leads to them, also behind links")
    func paths() throws {
        try withDirectory { top in
            let file = try make(top, "a/b/plan", "[X-Temper]\n")
            #expect(Trust.current.problem(withPath: file) == nil)
            chmod(top + "/a", 0o777)
            #expect(Trust.current.problem(withPath: file)?.hasPrefix(top + "/a may be") == true)
            chmod(top + "/a", 0o755)
            symlink(top + "/a", top + "/link")
            #expect(Trust.current.problem(withPath: top + "/link/b/plan") == nil)
            chmod(top + "/a/b", 0o775)
            chown(top + "/a/b", 0, 1000)
            #expect(
                Trust.current.problem(withPath: top + "/link/b/plan")?.contains("mode 0775") == true
            )
            chown(top + "/a/b", 0, 0)
            lchown(top + "/link", 12345, 0)
            #expect(
                Trust.current.problem(withPath: top + "/link/b/plan")
                    == top + "/link belongs to user 12345")
        }
    }

    @Test("a state directory is closed to others, and so is its ledger")
    func closed() throws {
        try withDirectory { top in
            let ledger = try make(top, "state/trials.sqlite", "")
            chmod(top + "/state", 0o755)
            chmod(ledger, 0o644)
            try StateDirectory.prepare(top + "/state")
            #expect(mode(top + "/state") == 0o700)
            #expect(mode(ledger) == 0o600)
            try StateDirectory.prepare(top + "/new/one")
            #expect(mode(top + "/new/one") == 0o700)
        }
    }

    @Test("a state directory or ledger of others, or a link in its place, is refused in one line")
    func foreign() throws {
        try withDirectory { top in
            let ledger = try make(top, "state/trials.sqlite", "")
            func problem() -> String {
                #expect(throws: TemperError.self) { try StateDirectory.prepare(top + "/state") }?
                    .description ?? "none"
            }
            chmod(ledger, 0o666)
            #expect(problem().contains("trials.sqlite may be written by others (mode 0666)"))
            chmod(ledger, 0o600)
            chown(ledger, 12345, 0)
            #expect(problem().contains("trials.sqlite belongs to user 12345"))
            chown(ledger, 0, 0)
            chown(top + "/state", 12345, 0)
            #expect(problem().contains("state belongs to user 12345"))
            chown(top + "/state", 0, 0)
            unlink(ledger)
            symlink("/etc/passwd", ledger)
            #expect(problem().contains("is a link or no file"))
            unlink(ledger)
            link(try make(top, "else", ""), ledger)
            #expect(problem().contains("is a link or no file"))
            #expect(!problem().contains("\n"))
            unlink(ledger)
            chmod(top + "/state", 0o1777)
            #expect(problem().contains("mode 01777"))
        }
    }

    private func mode(_ path: String) -> mode_t {
        var about = stat()
        return lstat(path, &about) == 0 ? about.st_mode & 0o7777 : 0
    }

    private func make(_ top: String, _ path: String, _ text: String) throws -> String {
        let file = "\(top)/\(path)"
        try FileManager.default.createDirectory(
            atPath: URL(fileURLWithPath: file).deletingLastPathComponent().path,
            withIntermediateDirectories: true)
        try text.write(toFile: file, atomically: false, encoding: .utf8)
        return file
    }
}

/// A directory of its own for a test.
func withDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
    let directory = NSTemporaryDirectory() + "temper-safety-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    return try body(directory)
}
