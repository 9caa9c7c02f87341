import GRDB
public import Trials

extension TrialStore {
    /// Keeps what a campaign proved; the latest of a unit is the one that counts.
    public func keep(_ record: KeptRecord) throws(ExperimentError) {
        try run { database in
            try database.execute(
                sql: """
                    INSERT INTO record (unit, root, account, made, campaignId, text)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    record.unit, record.root, record.account, Int64(record.made), record.campaign,
                    record.text,
                ])
        }
    }

    /// The latest record of every unit, by the unit's name; one for each tree and manager.
    public func records() throws(ExperimentError) -> [KeptRecord] {
        try run { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM record
                    WHERE id IN (SELECT max(id) FROM record GROUP BY unit, root, account)
                    ORDER BY unit, id
                    """
            ).map(KeptRecord.init)
        }
    }

    /// The records that campaigns of a unit left, by the campaign's number.
    public func records(of unit: String) throws(ExperimentError) -> [Int64: KeptRecord] {
        try run { database in
            let rows = try Row.fetchAll(
                database, sql: "SELECT * FROM record WHERE unit = ? ORDER BY id", arguments: [unit])
            return try rows.reduce(into: [:]) { records, row in
                let record = try KeptRecord(row)
                if let campaign = record.campaign { records[campaign] = record }
            }
        }
    }
}

/// A record as the ledger keeps it: its text, and where it was made.
public struct KeptRecord: Hashable, Sendable {
    public let unit: String
    /// The root tree that the lab was made of.
    public let root: String
    /// Whose manager the unit belongs to; empty for the system's.
    public let account: String
    /// Microseconds since 1970.
    public let made: UInt64
    /// The campaign that left it.
    public let campaign: Int64?
    /// As `HardeningRecord` reads it.
    public let text: String

    public init(
        unit: String, root: String, account: String, made: UInt64, campaign: Int64?, text: String
    ) {
        self.unit = unit
        self.root = root
        self.account = account
        self.made = made
        self.campaign = campaign
        self.text = text
    }

    init(_ row: Row) throws {
        self.init(
            unit: try row.value("unit"), root: try row.value("root"),
            account: try row.value("account"), made: try row.value("made"),
            campaign: try row.valueIfPresent("campaignId"), text: try row.value("text"))
    }
}
