import Foundation
import GRDB
import Glibc
import Hardening
import Testing
import TrialLedger
import Trials

@Suite("The ledger on disk", .timeLimit(.minutes(5)))
struct TrialStoreTests {
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

    @Test("an unfinished campaign is left alone where a new one is asked for, then and later")
    func startsAnew() throws {
        try withDirectory { directory in
            let store = try TrialStore(directory: directory)
            let first = try store.campaign(unit: "u", fingerprint: "f", now: 1)
            try first.record(trial(1))
            let fresh = try store.campaign(unit: "u", fingerprint: "f", isFresh: true, now: 2)
            #expect(fresh.id != first.id && fresh.resumed == 0)
            try fresh.record(trial(1))
            #expect(try store.campaign(unit: "u", fingerprint: "f", now: 3).id == fresh.id)
            try fresh.finish(result: "{}", now: 4)
            // Else what was left alone would be resumed after all.
            #expect(try store.campaign(unit: "u", fingerprint: "f", now: 5).resumed == 0)
            #expect(try store.campaigns(of: "u").count == 3)
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
}
