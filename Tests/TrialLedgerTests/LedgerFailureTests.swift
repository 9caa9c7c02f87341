import Foundation
import GRDB
import Glibc
import Hardening
import Testing
import TrialLedger
import Trials

@Suite("A ledger that cannot be used says what is wrong with it", .timeLimit(.minutes(5)))
struct LedgerFailureTests {
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

    @Test("a database of another program is told so, in one line, and left as it is")
    func foreign() throws {
        for statement in [
            "CREATE TABLE places (id INTEGER PRIMARY KEY)", "PRAGMA application_id = 252006",
            "CREATE TABLE grdb_migrations (identifier TEXT); CREATE TABLE player (id INTEGER)",
        ] {
            try withDirectory { directory in
                try FileManager.default.createDirectory(
                    atPath: directory, withIntermediateDirectories: true)
                let path = directory + "/trials.sqlite"
                do {
                    let database = try DatabaseQueue(path: path)
                    try database.write { try $0.execute(sql: statement) }
                }
                let before = try Data(contentsOf: URL(filePath: path))
                let words = problem { _ = try TrialStore(directory: directory) }
                #expect(
                    words == "the ledger \(path) is another program's database; move the file away "
                        + "or choose another place with --state-dir", "\(statement)")
                #expect(try Data(contentsOf: URL(filePath: path)) == before)
                #expect(
                    try FileManager.default.contentsOfDirectory(atPath: directory)
                        == ["trials.sqlite"])
            }
        }
    }

    @Test("a ledger is known again, also while it is open and by a second program")
    func ours() throws {
        try withDirectory { directory in
            let first = try TrialStore(directory: directory)
            let second = try TrialStore(directory: directory)
            _ = try first.campaign(unit: "u", fingerprint: "f", now: 1)
            #expect(try second.units() == ["u"])
            #expect(try TrialStore(directory: directory).units() == ["u"])
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
            try MemoryFileSystem.make(at: directory, size: "1m") {
                _ = try TrialStore(directory: directory)
                try MemoryFileSystem.remountReadOnly(directory)
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
            try MemoryFileSystem.make(at: directory, size: "256k") {
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
                try MemoryFileSystem.grow(directory, to: "4m")
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
            try MemoryFileSystem.make(at: directory, size: "16k") {
                let words = problem {
                    _ = try TrialStore(directory: directory)
                        .campaign(unit: "u", fingerprint: "f", now: 1)
                }
                #expect(words.contains("is full or failing"), "\(words)")
            }
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
