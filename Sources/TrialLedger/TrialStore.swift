import Foundation
import GRDB
import Hardening
public import Trials

/// The record of all campaigns on this machine: one SQLite file in write-ahead mode, every trial
/// synced to disk before `record` returns.
public final class TrialStore: Sendable {
    private let database: DatabaseQueue
    private let path: String

    /// Opens or makes `trials.sqlite` in `directory`.
    ///
    /// - Throws: `ExperimentError` when the directory cannot be made or the file is not a ledger;
    ///   then nothing in it was changed.
    public init(directory: String) throws(ExperimentError) {
        path = directory + "/trials.sqlite"
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw ExperimentError(
                "cannot make the ledger's directory \(directory): \(error.localizedDescription); "
                    + "choose another with --state-dir")
        }
        // SQLite gives what it makes beside the file the file's own mode.
        let file = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        if file >= 0 {
            close(file)
        } else if errno == ELOOP {
            throw ExperimentError("the ledger \(path) is a link; move it away to start afresh")
        }
        if TrialStore.isForeign(path) {
            throw ExperimentError(
                "the ledger \(path) is another program's database; move the file away or choose "
                    + "another place with --state-dir")
        }
        var configuration = Configuration()
        configuration.journalMode = .wal
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { database in
            // A trial must survive the machine's end too, not only ours.
            try database.execute(sql: "PRAGMA synchronous = FULL")
        }
        // Of several that open a new ledger at once one makes the tables. The directory is locked and
        // not the file: closing that would take away SQLite's own locks (fcntl(2)).
        let lock = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(lock) }
        flock(lock, LOCK_EX)
        do {
            database = try DatabaseQueue(path: path, configuration: configuration)
            try TrialStore.schema.migrate(database)
        } catch {
            throw TrialStore.explain(error, path)
        }
    }

    /// Whether it is a database that holds tables and not ours. Opening it as a database would write
    /// to it, so this reads the first page only, where the tables are described
    /// (https://sqlite.org/fileformat.html); ours have room in it.
    private static func isForeign(_ path: String) -> Bool {
        guard let file = FileHandle(forReadingAtPath: path),
            let page = try? file.read(upToCount: 65_536),
            page.starts(with: Data("SQLite format 3\0".utf8)), page.count > 108
        else { return false }
        let size = Int(page[16]) << 8 | Int(page[17])
        let first = page.prefix(size == 1 ? 65_536 : size)
        // The application's number, of which a ledger has none, and a leaf with its count of cells.
        if first[68..<72].contains(where: { $0 != 0 }) { return true }
        if first[100] == 0x0d && first[103] == 0 && first[104] == 0 { return false }
        return !["grdb_migrations", "campaign"].allSatisfy {
            first.firstRange(of: Data("CREATE TABLE \"\($0)\"".utf8)) != nil
                || first.firstRange(of: Data("CREATE TABLE \($0)".utf8)) != nil
        }
    }

    /// The schema, one migration per change; an older ledger is brought up to date on opening.
    private static let schema: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("campaigns and trials") { database in
            try database.create(table: "campaign") { table in
                table.autoIncrementedPrimaryKey("id")
                table.column("unit", .text).notNull().indexed()
                table.column("fingerprint", .text).notNull()
                table.column("began", .integer).notNull()
                table.column("finished", .integer)
                table.column("result", .text)
            }
            try database.create(table: "trial") { table in
                // Its position says which was recorded first. Numbers can come twice: a run with
                // other options takes trials off the record in another order.
                table.autoIncrementedPrimaryKey("position")
                table.belongsTo("campaign", onDelete: .cascade).notNull()
                table.column("number", .integer).notNull()
                table.column("profile", .text).notNull()
                table.column("verdict", .text).notNull()
                table.column("record", .text).notNull()
            }
        }
        migrator.registerMigration("circumstances, and trials on the real unit") { database in
            try database.alter(table: "campaign") { table in
                table.add(column: "circumstances", .text)
            }
            try database.alter(table: "trial") { table in
                // Beside the campaign's: never handed out again to a search.
                table.add(column: "isAside", .boolean).notNull().defaults(to: false)
            }
        }
        migrator.registerMigration("records and checks") { database in
            // What a campaign was for: `harden`, or `check`.
            try database.alter(table: "campaign") { table in
                table.add(column: "purpose", .text).notNull().defaults(to: "harden")
            }
            try database.create(table: "record") { table in
                table.autoIncrementedPrimaryKey("id")
                table.column("unit", .text).notNull().indexed()
                // The root tree that the lab was made of, and whose manager; empty for the system's.
                table.column("root", .text).notNull()
                table.column("account", .text).notNull()
                table.column("made", .integer).notNull()
                table.belongsTo("campaign", onDelete: .cascade)
                table.column("text", .text).notNull()
            }
        }
        return migrator
    }()

    /// Every campaign of a unit, the newest first.
    ///
    /// - Parameter purposes: what they were for; the results of each have a schema of their own.
    public func campaigns(
        of unit: String, for purposes: Set<CampaignPurpose> = [.harden]
    ) throws(ExperimentError) -> [RecordedCampaign] {
        try run { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT id, began, finished, result, purpose,
                        (SELECT count(*) FROM trial
                            WHERE campaignId = campaign.id AND number > 0 AND NOT isAside)
                            AS trials
                    FROM campaign WHERE unit = ? ORDER BY id DESC
                    """, arguments: [unit]
            ).map(RecordedCampaign.init).filter { purposes.contains($0.purpose) }
        }
    }

    /// The units that have a campaign on record.
    public func units() throws(ExperimentError) -> [String] {
        try run { database in
            try String.fetchAll(
                database,
                sql: "SELECT DISTINCT unit FROM campaign WHERE purpose = 'harden' ORDER BY unit")
        }
    }

    /// All that is on record of a campaign: its trials in their order, those on the real unit among
    /// them, and under what they were run, which records of earlier versions lack.
    public func record(
        ofCampaign id: Int64
    ) throws(ExperimentError) -> (trials: [Trial], provenance: Provenance?) {
        try run { database in
            let decoder = JSONDecoder()
            let trials = try String.fetchAll(
                database, sql: "SELECT record FROM trial WHERE campaignId = ? ORDER BY position",
                arguments: [id]
            ).map { try decoder.decode(Trial.self, from: Data($0.utf8)) }
            let provenance = try String.fetchOne(
                database,
                sql: """
                    SELECT circumstances FROM campaign
                    WHERE id = ? AND circumstances IS NOT NULL
                    """, arguments: [id]
            ).map { try decoder.decode(Provenance.self, from: Data($0.utf8)) }
            return (trials, provenance)
        }
    }

    /// The results of all campaigns that came to an end, the oldest first, as JSON in the schema of
    /// `harden --json`.
    public func results() throws(ExperimentError) -> [String] {
        try run { database in
            try String.fetchAll(
                database,
                sql: """
                    SELECT result FROM campaign
                    WHERE result IS NOT NULL AND purpose = 'harden' ORDER BY id
                    """)
        }
    }

    func run<Result>(
        _ work: (Database) throws -> Result
    ) throws(ExperimentError) -> Result {
        do { return try database.write(work) } catch { throw TrialStore.explain(error, path) }
    }

    private static func explain(_ error: any Error, _ path: String) -> ExperimentError {
        guard let error = error as? DatabaseError else {
            return ExperimentError(
                "the ledger \(path) holds a record that cannot be read (\(error)); "
                    + "move the file away to start afresh")
        }
        switch error.resultCode {
        case .SQLITE_FULL, .SQLITE_IOERR:
            return ExperimentError(
                "the disk under the ledger \(path) is full or failing; "
                    + "make room or choose another place with --state-dir, then run again")
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            return ExperimentError(
                "the ledger \(path) is damaged or no ledger; move the file away to start afresh")
        case .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM:
            return ExperimentError(
                "the ledger \(path) cannot be written; run as root or choose a place of your own "
                    + "with --state-dir")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return ExperimentError(
                "the ledger \(path) is held by another program for too long; try again")
        default:
            return ExperimentError("the ledger \(path): \(error.message ?? "\(error)")")
        }
    }
}

/// A campaign as the ledger lists it.
public struct RecordedCampaign: Sendable {
    public let id: Int64
    public let purpose: CampaignPurpose
    /// Microseconds since 1970.
    public let began: UInt64
    public let finished: UInt64?
    public let trials: Int
    /// The result as JSON, in the schema of `harden --json` or `check --json`; nil if it never
    /// finished.
    public let result: String?

    init(_ row: Row) throws {
        id = try row.value("id")
        purpose = CampaignPurpose(rawValue: try row.value("purpose")) ?? .harden
        began = try row.value("began")
        finished = try row.valueIfPresent("finished")
        trials = try row.value("trials")
        result = try row.valueIfPresent("result")
    }
}

extension Row {
    /// What a column holds. GRDB's own subscripts end the program where that is of another kind, and
    /// a damaged file may hold anything.
    func value<Value: DatabaseValueConvertible>(_ column: String) throws -> Value {
        guard let value: Value = try valueIfPresent(column) else {
            throw DamagedRow(column: column)
        }
        return value
    }

    func valueIfPresent<Value: DatabaseValueConvertible>(_ column: String) throws -> Value? {
        guard let value: DatabaseValue = self[column], !value.isNull else { return nil }
        guard let converted = Value.fromDatabaseValue(value) else {
            throw DamagedRow(column: column)
        }
        return converted
    }
}

/// A value in the ledger that nobody can have written there.
private struct DamagedRow: Error, CustomStringConvertible {
    let column: String
    var description: String { "the column \(column) holds something else" }
}

/// What a campaign was for.
public enum CampaignPurpose: String, Hashable, Sendable, CaseIterable {
    case harden, check
}
