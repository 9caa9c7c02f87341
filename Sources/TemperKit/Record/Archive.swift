import Foundation
public import Reports
package import TrialLedger
package import Trials

/// The ledger as reports are made of it.
public struct Archive {
    private let store: TrialStore
    private let directory: String

    /// - Throws: `TemperError.absent` where there is no record to read: reading makes none.
    public init(directory: String) throws(TemperError) {
        self.directory = directory
        guard FileManager.default.fileExists(atPath: directory + "/trials.sqlite") else {
            throw .absent(
                "nothing is on record in \(directory); temper harden makes a record, "
                    + "--state-dir names another place")
        }
        try StateDirectory.prepare(directory)
        do { store = try TrialStore(directory: directory) } catch { throw TemperError(error) }
    }

    /// Names of the units of which there is anything.
    public func units() throws(TemperError) -> [String] {
        try read { store throws(ExperimentError) in try store.units() }
    }

    /// The campaigns of a unit, the newest first.
    package func campaigns(
        of unit: String, for purposes: Set<CampaignPurpose> = [.harden]
    ) throws(TemperError) -> [RecordedCampaign] {
        try read { store throws(ExperimentError) in try store.campaigns(of: unit, for: purposes) }
    }

    /// The report on a campaign that came to an end.
    ///
    /// - Parameters:
    ///   - unit: its whole name, such as `nginx.service`.
    ///   - number: which; nil for the last.
    /// - Returns: nil where no campaign of the unit came to an end.
    public func report(
        on unit: String, campaign number: Int64? = nil
    ) throws(TemperError) -> UnitReport? {
        let campaigns = try campaigns(of: unit)
        if let number {
            let chosen = try campaign(number, among: campaigns, of: unit)
            guard chosen.result != nil else {
                throw .absent(
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
            let near = unit.suggestion(of: try units())
            throw .absent("no campaign of \(unit) is on record in \(directory)\(near)")
        }
        let chosen =
            try number.map { number throws(TemperError) in
                try campaign(number, among: campaigns, of: unit)
            } ?? last
        let (trials, provenance) = try record(chosen)
        return (chosen, trials, provenance)
    }

    /// The settings that a unit's own files made when a campaign began; nil where that is not known.
    ///
    /// - Parameter number: which campaign; nil for the last.
    package func assigned(
        in unit: String, campaign number: Int64?
    ) throws(TemperError) -> Set<String>? {
        try trials(of: unit, campaign: number).2?.assigned
    }

    /// What one campaign found otherwise than another, and what had changed meanwhile.
    ///
    /// - Throws: `TemperError.usage` where one of them is no finished `harden` of the unit.
    package func difference(
        of unit: String, from first: Int64, to second: Int64
    ) throws(TemperError) -> CampaignDifference {
        let campaigns = try campaigns(of: unit, for: Set(CampaignPurpose.allCases))
        let kept = try read { store throws(ExperimentError) in try store.records(of: unit) }
        func record(_ number: Int64) -> HardeningRecord? {
            kept[number].flatMap { try? HardeningRecord(reading: $0.text, file: "ledger") }
        }
        return CampaignDifference(
            from: try result(of: first, among: campaigns, of: unit),
            to: try result(of: second, among: campaigns, of: unit),
            records: (record(first), record(second)))
    }

    private func result(
        of number: Int64, among campaigns: [RecordedCampaign], of unit: String
    ) throws(TemperError) -> HardeningResult {
        guard let campaign = campaigns.first(where: { $0.id == number }) else {
            throw .usage("there is no campaign \(number) of \(unit); see temper history")
        }
        guard campaign.purpose == .harden, let text = campaign.result,
            let result = try? JSONDecoder().decode(HardeningResult.self, from: Data(text.utf8))
        else {
            throw .usage("campaign \(number) is no finished harden, and only those can be compared")
        }
        return result
    }

    private func campaign(
        _ number: Int64, among campaigns: [RecordedCampaign], of unit: String
    ) throws(TemperError) -> RecordedCampaign {
        if let found = campaigns.first(where: { $0.id == number }) { return found }
        throw .absent(
            "\(unit) has no campaign \(number); `temper history \(unit.shellQuoted)` lists them")
    }

    private func record(
        _ campaign: RecordedCampaign
    ) throws(TemperError) -> (trials: [Trial], provenance: Provenance?) {
        try read { store throws(ExperimentError) in try store.record(ofCampaign: campaign.id) }
    }

    private func read<Result>(
        _ work: (TrialStore) throws(ExperimentError) -> Result
    ) throws(TemperError) -> Result {
        do { return try work(store) } catch { throw TemperError(error) }
    }
}
