import Foundation
package import Reports
package import TrialLedger
package import Trials

/// The ledger as reports are made of it.
package struct Archive {
    private let store: TrialStore
    private let directory: String

    /// - Throws: `TemperError` where there is no record to read: reading makes none.
    package init(directory: String) throws(TemperError) {
        self.directory = directory
        guard FileManager.default.fileExists(atPath: directory + "/trials.sqlite") else {
            throw TemperError.absent(
                "nothing is on record in \(directory); temper harden makes a record, "
                    + "--state-dir names another place")
        }
        try StateDirectory.prepare(directory)
        store = try experimentFailures { () throws(ExperimentError) in
            try TrialStore(directory: directory)
        }
    }

    package func units() throws(TemperError) -> [String] {
        try experimentFailures { () throws(ExperimentError) in try store.units() }
    }

    /// The report on a campaign that came to an end.
    ///
    /// - Parameter number: which; nil for the last.
    /// - Returns: nil where no campaign of the unit came to an end.
    package func report(on unit: String, campaign number: Int64?) throws(TemperError) -> UnitReport?
    {
        let campaigns = try campaigns(of: unit)
        if let number {
            let chosen = try campaign(number, among: campaigns, of: unit)
            guard chosen.result != nil else {
                throw TemperError.absent(
                    "campaign \(number) of \(unit) is unfinished; temper harden resumes it")
            }
            return try report(chosen)
        }
        guard let last = campaigns.first(where: { $0.result != nil }) else { return nil }
        return try report(last)
    }

    private func report(_ campaign: RecordedCampaign) throws(TemperError) -> UnitReport {
        let (trials, provenance) = try record(campaign)
        do {
            let result = try JSONDecoder().decode(
                HardeningResult.self, from: Data((campaign.result ?? "").utf8))
            return UnitReport(
                campaign: campaign.id, began: campaign.began, result: result, trials: trials,
                provenance: provenance)
        } catch {
            throw .experiment(
                "the result of campaign \(campaign.id) in \(directory) cannot be read: \(error)")
        }
    }

    /// Trials of a campaign of the unit, finished or not.
    ///
    /// - Parameter number: which campaign; nil for the last.
    package func trials(
        of unit: String, campaign number: Int64?
    ) throws(TemperError) -> (campaign: RecordedCampaign, trials: [Trial], Provenance?) {
        let campaigns = try campaigns(of: unit)
        guard let last = campaigns.first else {
            throw TemperError.absent("no campaign of \(unit) is on record in \(directory)")
        }
        let chosen =
            try number.map { number throws(TemperError) in
                try campaign(number, among: campaigns, of: unit)
            } ?? last
        let (trials, provenance) = try record(chosen)
        return (chosen, trials, provenance)
    }

    private func campaigns(of unit: String) throws(TemperError) -> [RecordedCampaign] {
        try experimentFailures { () throws(ExperimentError) in try store.campaigns(of: unit) }
    }

    private func campaign(
        _ number: Int64, among campaigns: [RecordedCampaign], of unit: String
    ) throws(TemperError) -> RecordedCampaign {
        if let found = campaigns.first(where: { $0.id == number }) { return found }
        throw TemperError.absent(
            "\(unit) has no campaign \(number); `temper history \(unit)` lists them")
    }

    private func record(
        _ campaign: RecordedCampaign
    ) throws(TemperError) -> (trials: [Trial], provenance: Provenance?) {
        try experimentFailures { () throws(ExperimentError) in
            try store.record(ofCampaign: campaign.id)
        }
    }
}
