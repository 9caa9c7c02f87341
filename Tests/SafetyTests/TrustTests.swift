import Fixtures
import Foundation
import Glibc
import Hardening
import Reports
import Testing
import Trials

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

    @Test("what is read is the file that was checked, whatever its name leads to by then")
    func exchanged() throws {
        try withDirectory { top in
            let file = try make(top, "a/plan", "mine")
            let path = CheckedPath(file, by: .ofCommands)
            try FileManager.default.removeItem(atPath: file)
            _ = try make(top, "a/plan", "another's")
            #expect(path.problem == nil)
            #expect(path.text == "mine")
        }
    }

    @Test("what is no file of text is not read, and nothing waits for it")
    func noFile() throws {
        try withDirectory { top in
            mkfifo(top + "/fifo", 0o600)
            symlink(top + "/loop", top + "/loop")
            try Data([0xff, 0xfe]).write(to: URL(filePath: top + "/bytes"))
            let sparse = open(top + "/sparse", O_CREAT | O_WRONLY, 0o600)
            ftruncate(sparse, 1 << 30)
            close(sparse)
            for name in ["fifo", "loop", "bytes", "sparse", "", "missing", "bytes/x"] {
                #expect(CheckedPath("\(top)/\(name)", by: .ofCommands).text == nil, "\(name)")
            }
            #expect(CheckedPath("/dev/zero", by: .ofCommands).text == nil)
            let file = try make(top, "a/b/plan", "text")
            symlink("a/../a/./b", top + "/link")
            #expect(CheckedPath("\(top)/link/plan", by: .ofCommands).text == "text")
            #expect(CheckedPath(file, by: .ofCommands).text == "text")
        }
    }

    @Test("a plan is obeyed where only root could have written it, and nobody says otherwise")
    func plans() throws {
        try withDirectory { top in
            let file = try make(top, "a/plan", "[X-Temper]\nProbe=true\n")
            let plan = try PlanFile(file)
            #expect(plan.distrust == nil)
            #expect(plan.plan.probes == [.command("true")])
            #expect(
                try PlanFile(file, isUntrusted: true).distrust?.text
                    == "the plan \(file) is not trusted: --untrusted says so")
            chown(top + "/a", 12345, 0)
            #expect(
                try PlanFile(file).distrust?.text
                    == "the plan \(file) is not trusted: \(top)/a belongs to user 12345")
            #expect(Trust.ofCommands.users == [0, geteuid()])
        }
    }

    @Test("a plan that is not trusted is refused on a machine in use, and so is a record")
    func refused() async throws {
        let directory = NSTemporaryDirectory() + "temper-safety-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let file = try make(directory, "plan", "[X-Temper]\nPrepare=touch /x\n")
        chown(file, 12345, 0)
        var session = HardenSession(unit: "x.service", stateDirectory: directory + "/state")
        session.planFile = try PlanFile(file)
        session.plan.probes = [.command("true")]
        session.apply = ApplyOrder()
        let words =
            "the plan \(file) is not trusted: \(file) belongs to user 12345; what it asks for"
        await #expect { _ = try await session.run() } throws: { error in
            guard case .experiment(let text) = error as? TemperError else { return false }
            return text.hasPrefix(words)
        }
        session.apply = nil
        session.host = .live(LiveMachine())
        await #expect { _ = try await session.run() } throws: { error in
            "\(error)".hasPrefix(words)
        }
        #expect(!FileManager.default.fileExists(atPath: directory + "/state"))
        var plan = Plan()
        plan.probes = [.tcp("127.0.0.1:1")]
        var choices = CheckChoices()
        choices.apply = ApplyOrder()
        let check = try await CheckSession(
            subject: CheckSubject(
                record: HardeningRecord.commanding(plan), root: "/", manager: .system,
                distrust: Distrust(of: "the record x", because: "it is from elsewhere")),
            choices: choices, stateDirectory: directory + "/state"
        ).run()
        #expect(check.standing == .untested)
        #expect(check.because?.hasPrefix("the record x is not trusted: it is from") == true)
        #expect(!FileManager.default.fileExists(atPath: directory + "/state"))
    }

    @Test("a record of what was not trusted says so, and one in a file stays its owner's")
    func records() throws {
        try withDirectory { top in
            var record = HardeningRecord.commanding(Plan())
            record.isUntrusted = true
            let file = top + "/x.temper"
            try RecordFile.write(record, to: file)
            let read = try RecordFile.read(file, isUntrusted: false)
            #expect(read.record.isUntrusted && read.distrust == nil)
            var selection = CheckSelection(stateDirectory: top + "/state")
            selection.files = [file]
            #expect(try selection.subjects().subjects.map { $0.distrust != nil } == [true])
            record.isUntrusted = false
            chown(file, 12345, 54321)
            chmod(file, 0o640)
            try RecordFile.update(record, in: file)
            var about = stat()
            #expect(stat(file, &about) == 0 && about.st_uid == 12345 && about.st_gid == 54321)
            #expect(about.st_mode & 0o7777 == 0o640)
            #expect(try RecordFile.read(file, isUntrusted: false).distrust != nil)
        }
    }

    @Test("a record that cannot be read keeps no other of its directory from being checked")
    func badRecord() throws {
        try withDirectory { top in
            try RecordFile.write(.commanding(Plan()), to: top + "/b.temper")
            _ = try make(top, "a.temper", "[X-Temper-Record]\nSchema=x\n")
            _ = try make(top, "c.temper", "[X-Temper-Usage]\nWrites=/a/../etc\n")
            _ = try make(top, "notes.txt", "nothing of ours")
            mkfifo(top + "/d.temper", 0o600)
            var selection = CheckSelection(stateDirectory: top + "/state")
            selection.files = [top]
            let found = try selection.subjects()
            #expect(found.subjects.map(\.file) == [top + "/b.temper"])
            #expect(found.skipped.map(\.unit) == ["a", "c", "d"].map { "\(top)/\($0).temper" })
            #expect(
                found.skipped.map(\.because) == [
                    "\(top)/a.temper:2: “Schema=x” cannot be understood",
                    "\(top)/c.temper:2: “Writes=/a/../etc” cannot be understood",
                    "\(top)/d.temper cannot be read; give --record a file that `temper harden` wrote",
                ])
            #expect(CheckReport(found.skipped).exitStatus == 2)
            selection.files = [top + "/a.temper"]
            #expect(throws: TemperError.self) { try selection.subjects() }
        }
    }

    @Test("a tree is the machine's own where root alone writes what runs there")
    func trees() throws {
        try withDirectory { top in
            _ = try make(top, "tree/etc/systemd/system/x.service", "")
            let tree = top + "/tree"
            #expect(Trust.ofCommands.distrust(ofTree: tree) == nil)
            chmod(tree + "/etc/systemd/system", 0o777)
            #expect(
                Trust.ofCommands.distrust(ofTree: tree)?.because
                    == "its etc/systemd/system may be written by others (mode 0777)")
            chmod(tree + "/etc/systemd/system", 0o755)
            chown(tree, 12345, 0)
            #expect(
                Trust.ofCommands.distrust(ofTree: tree)?.because == "\(tree) belongs to user 12345")
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

    @Test("one campaign a unit and a machine, wherever its record is kept")
    func locks() throws {
        try withDirectory { top in
            let unit = "temper-test-\(getpid()).service"
            func lock(
                _ unit: String, _ tree: String = "/", _ manager: ManagerChoice = .system
            ) throws -> CampaignLock {
                try CampaignLock(unit: unit, of: manager, in: tree, directory: top + "/state")
            }
            let first = try lock(unit)
            let second = #expect(throws: TemperError.self) { try lock(unit) }
            #expect(
                second?.description.hasPrefix("another campaign on \(unit) is under way") == true)
            try lock("other-\(unit)").release()
            try lock(unit, "/srv/tree").release()
            try lock(unit, "/", .user("mona")).release()
            first.release()
            try lock(unit).release()
            let long = String(repeating: "x", count: 240) + ".service"
            try lock(long).release()
            let left = try? FileManager.default.contentsOfDirectory(atPath: "/run/lock/temper")
            #expect(left?.contains { $0.hasPrefix("temper-test-\(getpid())") } != true)
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

extension HardeningRecord {
    /// The least of a record.
    static func commanding(_ plan: Plan) -> HardeningRecord {
        HardeningRecord(
            unit: "x.service", exposure: (Exposure(tenths: 96), Exposure(tenths: 50)), plan: plan,
            profile: Profile(recorded: ["NoNewPrivileges=yes"]), usage: Usage(),
            baseline: .unknown, refused: [], dropIn: "[Service]\n", validity: Validity())
    }
}

/// A directory of its own for a test.
func withDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
    let directory = NSTemporaryDirectory() + "temper-safety-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    return try body(directory)
}
