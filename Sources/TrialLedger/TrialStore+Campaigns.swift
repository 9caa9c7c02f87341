import Foundation
import GRDB
import Hardening
public import Trials

extension TrialStore {
    /// The unfinished campaign of this unit with this fingerprint, or a new one.
    ///
    /// - Parameters:
    ///   - fingerprint: whatever makes a trial comparable: the unit's settings, probes, host,
    ///     catalogue. A campaign with another fingerprint is never resumed.
    ///   - isFresh: whether it is a new one in any case. What is unfinished stays on record, and is
    ///     not resumed again.
    public func campaign(
        unit: String, fingerprint: String, purpose: CampaignPurpose = .harden,
        isFresh: Bool = false, now: UInt64
    ) throws(ExperimentError) -> CampaignLedger {
        try run { database in
            let key: StatementArguments = [unit, fingerprint, purpose.rawValue]
            if !isFresh, let open = try unfinished(key, in: database) {
                let records = try String.fetchAll(
                    database,
                    sql: """
                        SELECT record FROM trial
                        WHERE campaignId = ? AND NOT isAside ORDER BY position
                        """,
                    arguments: [open])
                let decoder = JSONDecoder()
                let trials = try records.map {
                    try decoder.decode(Trial.self, from: Data($0.utf8))
                }
                return CampaignLedger(store: self, id: open, recorded: trials)
            }
            try database.execute(
                sql: "INSERT INTO campaign (unit, fingerprint, purpose, began) VALUES (?, ?, ?, ?)",
                arguments: key + [Int64(now)])
            return CampaignLedger(store: self, id: database.lastInsertedRowID, recorded: [])
        }
    }

    /// The campaign that would be resumed; none that was left alone while a later one came to an
    /// end.
    private func unfinished(_ key: StatementArguments, in database: Database) throws -> Int64? {
        try Int64.fetchOne(
            database,
            sql: """
                SELECT id FROM campaign
                WHERE unit = ? AND fingerprint = ? AND purpose = ? AND finished IS NULL
                    AND id > (SELECT coalesce(max(id), 0) FROM campaign
                        WHERE unit = ? AND fingerprint = ? AND purpose = ?
                            AND finished IS NOT NULL)
                ORDER BY id DESC
                """, arguments: key + key)
    }
}
