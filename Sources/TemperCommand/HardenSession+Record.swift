import ArgumentParser
import Foundation
import Hardening
import Systemd
import TrialLedger
import Trials

struct RecordOptions: ParsableArguments {
    @Option(
        name: .customLong("record"),
        help: ArgumentHelp(
            "Write the record for `temper check` to this file too, for version control.",
            valueName: "file"))
    var file: String?

    /// What is wrong with the place, or nil.
    var problem: String? { file.flatMap { WritablePlace.problem(with: $0, option: "--record") } }
}

/// A file that is to be written at the end of minutes of work.
enum WritablePlace {
    /// Why it could not be written, or nil.
    static func problem(with file: String, option: String) -> String? {
        let directory = URL(fileURLWithPath: file).deletingLastPathComponent().path
        if access(directory, W_OK) == 0 { return nil }
        return "\(option) \(file): \(directory): \(String(cString: strerror(errno)))"
    }
}

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
        validity.temper = Temper.version
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

enum RecordFile {
    static func write(_ record: HardeningRecord, to file: String) throws(Failure) {
        do {
            try PlaceInRoot.write(record.text, to: file)
        } catch {
            throw .experiment("the record cannot be written to \(file): \(error.description)")
        }
    }

    static func read(_ file: String) throws(Failure) -> HardeningRecord {
        // Its probes and preparations are run, and by root.
        if let problem = Trust.current.problem(withPath: file) {
            throw .usage(
                "--record \(file) is not to be trusted: \(problem); take that right away with "
                    + "chown or chmod")
        }
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
            throw .usage("\(file) cannot be read; give --record a file that `temper harden` wrote")
        }
        do { return try HardeningRecord(reading: text, file: file) } catch {
            throw .usage(error.description)
        }
    }
}

extension ObservedUsage {
    /// What it was seen to run.
    var programs: [String] {
        accesses.compactMap { if case .runs(let path) = $0 { path } else { nil } }
            .filter { $0.hasPrefix("/") }.sorted()
    }
}
