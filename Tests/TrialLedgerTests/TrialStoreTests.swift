import Foundation
import GRDB
import Glibc
import Hardening
import Testing
import TrialLedger
import Trials

@Suite("The ledger on disk")
struct TrialStoreTests {
    func trial(_ number: Int, bytes: Int = 0) -> Trial {
        Trial(
            number: number, purpose: "x", profile: Profile(recorded: ["A=\(number)"]), began: 7,
            microseconds: Trial.Timing(),
            observations: [
                .log(
                    LogLine(
                        priority: 6, source: "x", message: String(repeating: "x", count: bytes)))
            ],
            baseline: .unknown)
    }

    func withDirectory(_ body: (String) throws -> Void) throws {
        let directory = NSTemporaryDirectory() + "temper-ledger-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try body(directory)
    }

    // MARK: Campaigns

    @Test("makes its directory, and all above it")
    func makesDirectory() throws {
        try withDirectory { directory in
            _ = try TrialStore(directory: directory + "/a/b")
            #expect(FileManager.default.fileExists(atPath: directory + "/a/b/trials.sqlite"))
        }
    }

    @Test("an unfinished campaign goes on, a finished one does not")
    func resumes() throws {
        try withDirectory { directory in
            let store = try TrialStore(directory: directory)
            let first = try store.campaign(unit: "u", fingerprint: "f", now: 1)
            try first.record(trial(1))
            let second = try store.campaign(unit: "u", fingerprint: "f", now: 2)
            #expect(second.id == first.id && second.resumed == 1)
            try second.finish(result: "{}", now: 3)
            let third = try store.campaign(unit: "u", fingerprint: "f", now: 4)
            #expect(third.id != first.id && third.resumed == 0)
        }
    }

    @Test("a campaign of another unit or of the same unit in another state is not resumed")
    func keepsApart() throws {
        try withDirectory { directory in
            let store = try TrialStore(directory: directory)
            let one = try store.campaign(unit: "u", fingerprint: "f", now: 1)
            try one.record(trial(1))
            #expect(try store.campaign(unit: "u", fingerprint: "g", now: 2).resumed == 0)
            #expect(try store.campaign(unit: "v", fingerprint: "f", now: 3).resumed == 0)
            #expect(try store.campaign(unit: "u", fingerprint: "f", now: 4).resumed == 1)
        }
    }

    @Test("lists campaigns, the newest first, with what became of them")
    func lists() throws {
        try withDirectory { directory in
            let store = try TrialStore(directory: directory)
            let first = try store.campaign(unit: "u", fingerprint: "f", now: 10)
            try first.record(trial(1))
            try first.record(trial(2))
            try first.finish(result: "done", now: 20)
            _ = try store.campaign(unit: "u", fingerprint: "f", now: 30)
            let found = try store.campaigns(of: "u")
            #expect(found.map(\.began) == [30, 10])
            #expect(found.map(\.finished) == [nil, 20])
            #expect(found.map(\.trials) == [0, 2])
            #expect(found.map(\.result) == [nil, "done"])
            #expect(try store.campaigns(of: "nothing").isEmpty)
        }
    }

    // MARK: Schema

    @Test("has the tables that it is documented to have, and says of which version they are")
    func schema() throws {
        try withDirectory { directory in
            let ledger = try TrialStore(directory: directory)
                .campaign(unit: "u.service", fingerprint: "f", now: 1)
            try ledger.record(trial(1))
            let database = try DatabaseQueue(path: directory + "/trials.sqlite")
            try database.read { database in
                let campaign = try database.columns(in: "campaign").map(\.name)
                #expect(
                    campaign == [
                        "id", "unit", "fingerprint", "began", "finished", "result", "circumstances",
                        "purpose",
                    ])
                let trial = try database.columns(in: "trial").map(\.name)
                #expect(
                    trial == [
                        "position", "campaignId", "number", "profile", "verdict", "record",
                        "isAside",
                    ])
                let row = try Row.fetchOne(database, sql: "SELECT * FROM trial")
                #expect(row?["profile"] as String? == "A=1")
                #expect(row?["verdict"] as String? == "unresolved")
                let migrations = try String.fetchAll(
                    database, sql: "SELECT identifier FROM grdb_migrations")
                #expect(
                    migrations == [
                        "campaigns and trials", "circumstances, and trials on the real unit",
                        "records and checks",
                    ])
                #expect(try String.fetchOne(database, sql: "PRAGMA journal_mode") == "wal")
            }
        }
    }

    @Test("opened again, it is the same ledger")
    func reopens() throws {
        try withDirectory { directory in
            for number in 1...5 {
                let ledger = try TrialStore(directory: directory)
                    .campaign(unit: "u", fingerprint: "f", now: 1)
                #expect(ledger.resumed == number - 1)
                try ledger.record(trial(number))
            }
        }
    }

    // MARK: What can be wrong with it

    private func problem(_ work: () throws -> Void) -> String {
        do { try work() } catch let error as ExperimentError { return error.description } catch {
            return "not an ExperimentError: \(error)"
        }
        return "no error"
    }

    @Test("a file that is no database is told so, in one line, and left as it is")
    func notADatabase() throws {
        try withDirectory { directory in
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true)
            let text = String(repeating: "this is a diary\n", count: 500)
            try text.write(toFile: directory + "/trials.sqlite", atomically: true, encoding: .utf8)
            let words = problem { _ = try TrialStore(directory: directory) }
            #expect(
                words
                    == "the ledger \(directory)/trials.sqlite is damaged or no ledger; "
                    + "move the file away to start afresh")
            #expect(
                try String(contentsOfFile: directory + "/trials.sqlite", encoding: .utf8) == text)
        }
    }

    @Test("a damaged ledger is told so, wherever the damage is")
    func damaged() throws {
        try withDirectory { directory in
            let path = directory + "/trials.sqlite"
            do {
                let ledger = try TrialStore(directory: directory)
                    .campaign(unit: "u", fingerprint: "f", now: 1)
                for number in 1...40 { try ledger.record(trial(number, bytes: 2_000)) }
            }
            let whole = try Data(contentsOf: URL(fileURLWithPath: path))
            #expect(whole.count > 60_000)
            var told = 0
            for place in stride(from: 100, to: whole.count - 4_096, by: 4_096) {
                var bad = whole
                bad.replaceSubrange(
                    place..<(place + 3_000), with: repeatElement(0xA5, count: 3_000))
                try bad.write(to: URL(fileURLWithPath: path))
                for suffix in ["-wal", "-shm"] {
                    try? FileManager.default.removeItem(atPath: path + suffix)
                }
                let words = problem {
                    _ = try TrialStore(directory: directory)
                        .campaign(unit: "u", fingerprint: "f", now: 1)
                }
                if words != "no error" {
                    told += 1
                    #expect(words.hasPrefix("the ledger \(path)"), "\(words)")
                    #expect(words.contains("move the file away"), "\(words)")
                    #expect(!words.contains("\n"), "\(words)")
                }
            }
            #expect(told > 5)
        }
    }

    @Test("a record that is no trial is told so")
    func foreignRecord() throws {
        try withDirectory { directory in
            let ledger = try TrialStore(directory: directory)
                .campaign(unit: "u", fingerprint: "f", now: 1)
            try ledger.record(trial(1))
            let database = try DatabaseQueue(path: directory + "/trials.sqlite")
            try database.write { try $0.execute(sql: "UPDATE trial SET record = '{}'") }
            let words = problem {
                _ = try TrialStore(directory: directory)
                    .campaign(unit: "u", fingerprint: "f", now: 1)
            }
            #expect(words.contains("holds a record that cannot be read"))
            #expect(words.contains("move the file away to start afresh"))
            #expect(!words.contains("\n") && words.count < 400, "\(words)")
        }
    }

    @Test("a directory that cannot be made is told so")
    func impossibleDirectory() throws {
        let words = problem { _ = try TrialStore(directory: "/proc/temper") }
        #expect(words.hasPrefix("cannot make the ledger's directory /proc/temper"))
        #expect(words.contains("--state-dir"))
    }

    @Test("a file system that is read-only is told so")
    func readOnly() throws {
        try withDirectory { directory in
            try Mount.make(at: directory, size: "1m") {
                _ = try TrialStore(directory: directory)
                try Mount.remountReadOnly(directory)
                let words = problem {
                    _ = try TrialStore(directory: directory)
                        .campaign(unit: "u", fingerprint: "f", now: 1)
                }
                #expect(words.contains("cannot be written"), "\(words)")
                #expect(words.contains("--state-dir"), "\(words)")
            }
        }
    }

    @Test("a full disk is told so, and what was recorded before is kept")
    func fullDisk() throws {
        try withDirectory { directory in
            try Mount.make(at: directory, size: "256k") {
                var recorded = 0
                let words = problem {
                    let ledger = try TrialStore(directory: directory)
                        .campaign(unit: "u", fingerprint: "f", now: 1)
                    for number in 1...500 {
                        try ledger.record(trial(number, bytes: 2_000))
                        recorded = number
                    }
                }
                #expect(words.contains("is full or failing"), "\(words)")
                #expect(words.contains("make room or choose another place with --state-dir"))
                #expect(recorded > 3)
                // Room is made, and all that was said to be recorded is there.
                try Mount.grow(directory, to: "4m")
                let ledger = try TrialStore(directory: directory)
                    .campaign(unit: "u", fingerprint: "f", now: 1)
                #expect(ledger.resumed == recorded)
                for number in 1...recorded {
                    let profile = Profile(recorded: ["A=\(number)"])
                    #expect(ledger.trial(under: profile, repetition: 0)?.number == number)
                }
            }
        }
    }

    @Test("a disk that is full from the beginning is told so")
    func noRoom() throws {
        try withDirectory { directory in
            try Mount.make(at: directory, size: "16k") {
                let words = problem {
                    _ = try TrialStore(directory: directory)
                        .campaign(unit: "u", fingerprint: "f", now: 1)
                }
                #expect(words.contains("is full or failing"), "\(words)")
            }
        }
    }

    @Test("several connections record side by side and lose nothing")
    func sideBySide() async throws {
        let directory = NSTemporaryDirectory() + "temper-ledger-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        _ = try TrialStore(directory: directory)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask {
                    let ledger = try TrialStore(directory: directory)
                        .campaign(unit: "u\(writer)", fingerprint: "f", now: 1)
                    for number in 1...25 { try ledger.record(trial(number)) }
                }
            }
            try await group.waitForAll()
        }
        for writer in 0..<4 {
            let ledger = try TrialStore(directory: directory)
                .campaign(unit: "u\(writer)", fingerprint: "f", now: 1)
            #expect(ledger.resumed == 25)
        }
    }

    @Test("a ledger that another program holds for long is told so")
    func held() throws {
        try withDirectory { directory in
            let ledger = try TrialStore(directory: directory)
                .campaign(unit: "u", fingerprint: "f", now: 1)
            let other = try DatabaseQueue(path: directory + "/trials.sqlite")
            try other.writeWithoutTransaction { database in
                try database.execute(sql: "BEGIN IMMEDIATE")
                let words = problem { try ledger.record(trial(1)) }
                #expect(words.contains("is held by another program for too long"), "\(words)")
                try database.execute(sql: "ROLLBACK")
            }
            try ledger.record(trial(1))
        }
    }
}

/// A small file system in memory for as long as a test needs it.
enum Mount {
    static func make(at directory: String, size: String, _ body: () throws -> Void) throws {
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        try #require(mount("tmpfs", directory, "tmpfs", 0, "size=\(size)") == 0, "needs root")
        defer { umount2(directory, Int32(MNT_DETACH)) }
        try body()
    }

    static func grow(_ directory: String, to size: String) throws {
        let flags = UInt(MS_REMOUNT)
        try #require(mount("tmpfs", directory, "tmpfs", flags, "size=\(size)") == 0)
    }

    static func remountReadOnly(_ directory: String) throws {
        let flags = UInt(MS_REMOUNT) | UInt(MS_RDONLY)
        try #require(mount("tmpfs", directory, "tmpfs", flags, nil) == 0)
    }
}
