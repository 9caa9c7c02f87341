import Foundation
import GRDB
public import Hardening
import Synchronization
public import Trials

/// The record of one campaign. Trials of an earlier run that was cut off are handed out again in
/// their order, so that the search arrives where it was without starting the service.
public final class CampaignLedger: Ledger {
    public let id: Int64
    /// How many trials an earlier run left.
    public let resumed: Int
    private let store: TrialStore
    private let recorded: [Trial]
    private let firstWarmUp: Trial?

    init(store: TrialStore, id: Int64, recorded: [Trial]) {
        self.store = store
        self.id = id
        firstWarmUp = recorded.first { $0.number == 0 }
        self.recorded = recorded.filter { $0.number > 0 }
        resumed = self.recorded.count
    }

    /// The warm-up with which this campaign began: `trial`, which is recorded, or that of the run
    /// that is resumed. What was seen of the service then decides what is asked.
    public func warmUp(_ trial: Trial) throws(ExperimentError) -> Trial {
        if let firstWarmUp { return firstWarmUp }
        try record(trial)
        return trial
    }

    public func trial(under profile: Profile, repetition: Int) -> Trial? {
        let matching = recorded.filter { $0.profile == profile }
        return repetition < matching.count ? matching[repetition] : nil
    }

    public func record(_ trial: Trial) throws(ExperimentError) {
        try record(trial, isAside: false)
    }

    /// Records a trial that is not the campaign's own, such as one on the real unit: it is there to
    /// be read, and never answers a question of the search.
    public func recordAside(_ trial: Trial) throws(ExperimentError) {
        try record(trial, isAside: true)
    }

    /// Writes down under what the campaign is run; the last word counts.
    public func note(_ provenance: Provenance) throws(ExperimentError) {
        try store.run { database in
            let text = String(decoding: try encode(provenance), as: UTF8.self)
            try database.execute(
                sql: "UPDATE campaign SET circumstances = ? WHERE id = ?", arguments: [text, id])
        }
    }

    private func record(_ trial: Trial, isAside: Bool) throws(ExperimentError) {
        let profile = trial.profile.restrictions.sorted().joined(separator: " ")
        try store.run { database in
            let record = String(decoding: try encode(trial), as: UTF8.self)
            try database.execute(
                sql: """
                    INSERT INTO trial (campaignId, number, profile, verdict, record, isAside)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    id, trial.number, profile, word(trial.verdict), record, isAside,
                ])
        }
    }

    /// Closes the campaign with its result, so that the next one starts afresh.
    public func finish(result: String, now: UInt64) throws(ExperimentError) {
        try store.run { database in
            try database.execute(
                sql: "UPDATE campaign SET finished = ?, result = ? WHERE id = ?",
                arguments: [Int64(now), result, id])
        }
    }

    private func encode(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return try encoder.encode(value)
    }

    private func word(_ verdict: Verdict) -> String {
        switch verdict {
        case .passed: "passed"
        case .failed: "failed"
        case .unresolved: "unresolved"
        }
    }
}
