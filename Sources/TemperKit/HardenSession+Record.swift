import Foundation
import Hardening
import Systemd
import TrialLedger
import Trials

extension HardenSession {
    /// Leaves a record of what was proved, for `temper check`.
    ///
    /// - Returns: what the user should know where that was not possible.
    func leaveRecord(
        of proof: Proof, on context: HardeningContext, at host: Host, _ store: TrialStore,
        _ ledger: CampaignLedger
    ) async throws -> [String] {
        guard proof.isVerified else { return [] }
        progress.step("writing the record")
        let record = try await record(
            of: proof, on: context, running: context.observedUsage.programs, in: host.tree)
        if let problem = record.problem { return ["temper check cannot repeat this: \(problem)"] }
        try store.keep(
            KeptRecord(
                unit: unit, root: host.tree, account: context.service.machine.user?.name ?? "",
                made: now(), campaign: ledger.id, text: record.text))
        if let file = recordFile { try RecordFile.write(record, to: file) }
        return []
    }

    /// What was proved, and what it is valid for.
    ///
    /// - Parameter programs: those that the service was seen to run.
    func record(
        of proof: Proof, on context: HardeningContext, running programs: some Sequence<String>,
        in tree: String
    ) async throws -> HardeningRecord {
        let (outcome, service) = (proof.outcome, context.service)
        var validity = Validity(
            of: unit, running: programs, in: tree, account: service.machine.user)
        validity.temper = TemperVersion.current
        validity.learn(
            try await MachineFacts(of: service.machine), context.enforcement, outcome.accepted,
            service.dialect)
        var record = HardeningRecord(
            unit: unit, outcome: outcome, plan: context.plan, usage: context.usage,
            dropIn: proof.dropIn, validity: validity)
        record.isStrict = options.isStrict
        return record
    }
}

extension ObservedUsage {
    /// What it was seen to run.
    var programs: [String] {
        accesses.compactMap { if case .runs(let path) = $0 { path } else { nil } }
            .filter { $0.hasPrefix("/") }.sorted()
    }
}
