import ArgumentParser
import Foundation
import Hardening
import Lab
import Reports
import TemperKit
import TrialLedger
import Trials

struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Does what passed when it was hardened still pass?",
        discussion: """
            Runs the profile on record of each unit through the full life of the service, in a lab: \
            after an upgrade of the service, of systemd or of the kernel. If it fails, the \
            service as it is must pass, and the directives that break it now are found by \
            bisecting from the record. Exit status: 0 passes, 1 regressed, 2 could not be checked.
            """)

    @Argument(help: "Units on record, such as nginx.service. Without any: all of them.")
    var units: [String] = []

    @Option(
        name: .customLong("record"),
        help: ArgumentHelp(
            "A record that `temper harden --record` wrote, instead of the ledger's. Repeatable.",
            valueName: "file"))
    var files: [String] = []

    @Flag(help: "Try nothing where nothing changed that the record depends on.")
    var ifChanged = false

    @Flag(
        help: ArgumentHelp(
            "One trial where the profile passes: no look at what could be tightened now."))
    var noTightening = false

    @Flag(help: "Write to the files of --record what they are valid for now, where they pass.")
    var update = false

    @Option(
        help: ArgumentHelp(
            "A root tree to make the lab of. Default: where the record was made.", valueName: "dir")
    )
    var root: String?

    @Option(
        help: ArgumentHelp(
            "A directory of the machine that the lab shares. Repeatable.", valueName: "dir"))
    var bind: [String] = []

    @OptionGroup(title: "Manager") var owner: ManagerOptions
    @OptionGroup(title: "Install") var install: ApplyOptions

    @Flag(
        help: ArgumentHelp(
            "With --apply: also if the drop-in was changed by hand, or the machine stands on the "
                + "service."))
    var force = false

    @Option(help: ArgumentHelp("How to print the result.", valueName: "text|json|junit"))
    var format = CheckFormat.text

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Write the drop-in that passes now to this file, where it is another; one unit only.",
            valueName: "file"))
    var output: String?

    @Flag(name: .shortAndLong, help: "Show no progress.")
    var quiet = false

    @OptionGroup var state: StateOptions

    func validate() throws {
        for unit in units {
            if let problem = UnitName.problem(unit) { throw ValidationError(problem) }
        }
        if update && files.isEmpty {
            throw ValidationError("--update needs a --record to write to")
        }
        if force && !install.apply { throw ValidationError("--force helps --apply; add --apply") }
        if let problem = owner.problem ?? install.problem(root: root)
            ?? output.flatMap({ WritablePlace.problem(with: $0, option: "--output") })
        {
            throw ValidationError(problem)
        }
    }

    func run() async throws {
        let subjects = try subjects()
        if output != nil && subjects.count > 1 {
            throw TemperError.usage(
                "--output holds one drop-in, and \(subjects.count) units are to be checked; name one"
            )
        }
        let progress = ProgressLines(isQuiet: quiet)
        var choices = CheckChoices()
        choices.ifChanged = ifChanged
        choices.isQuick = noTightening
        choices.updates = update
        choices.apply = install.order
        choices.isForced = force
        // Before minutes are spent on trials.
        if let order = install.order { try await order.machine.examine() }
        let directory = state.directory
        let checked: [UnitCheck]
        do {
            checked = try await withInterruption { [choices] in
                var checked: [UnitCheck] = []
                for subject in subjects {
                    checked.append(
                        try await CheckSession(
                            subject: subject, choices: choices, stateDirectory: directory,
                            progress: progress
                        ).run())
                }
                return checked
            }
        } catch {
            progress.finish()
            throw error
        }
        progress.finish()
        try deliver(CheckReport(checked))
    }

    /// What is to be checked: files of records, or what the ledger has.
    private func subjects() throws -> [CheckSubject] {
        let names = units.map(UnitName.complete)
        var found: [CheckSubject] = []
        for file in files {
            let record = try RecordFile.read(file)
            if !names.isEmpty && !names.contains(record.unit) { continue }
            found.append(
                CheckSubject(
                    record: record, root: root ?? "/", manager: owner.choice, file: file,
                    binds: bind))
        }
        if files.isEmpty { found = try ledgerSubjects(names) }
        if let missing = names.first(where: { name in !found.contains { $0.record.unit == name } })
        {
            throw TemperError.usage(
                "there is no record of \(missing)"
                    + (files.isEmpty ? " in \(state.directory)" : " among the files of --record")
                    + "; `temper harden \(missing)` makes one")
        }
        if found.isEmpty {
            throw TemperError.usage(
                "there is nothing on record in \(state.directory); `temper harden UNIT` makes a "
                    + "record")
        }
        return found
    }

    private func ledgerSubjects(_ names: [String]) throws -> [CheckSubject] {
        try StateDirectory.prepare(state.directory)
        let store = try experimentFailures { () throws(ExperimentError) in
            try TrialStore(directory: state.directory)
        }
        let kept = try experimentFailures { () throws(ExperimentError) in try store.records() }
            .filter { names.isEmpty || names.contains($0.unit) }
        // What is installed on this machine is checked on this machine.
        let root = root ?? (install.apply ? "/" : nil)
        // One record a unit: the latest, unless a tree is named that another one was made of.
        let byUnit = Dictionary(grouping: kept) { "\($0.unit) \($0.account)" }
        return try byUnit.sorted { $0.key < $1.key }.compactMap { _, records in
            let here = records.filter { $0.root == root }
            if install.apply && here.isEmpty && names.isEmpty { return nil }
            guard let kept = (here.isEmpty ? records : here).max(by: { $0.made < $1.made }) else {
                return nil
            }
            if owner.user != !kept.account.isEmpty && (owner.user || !names.isEmpty) { return nil }
            let record: HardeningRecord
            do { record = try HardeningRecord(reading: kept.text, file: "ledger") } catch {
                throw TemperError.experiment("the record of \(kept.unit): \(error)")
            }
            return CheckSubject(
                record: record, root: root ?? kept.root,
                manager: kept.account.isEmpty ? .system : .user(kept.account),
                isAtHome: root == nil || root == kept.root, binds: bind)
        }
    }

    private func deliver(_ report: CheckReport) throws {
        if let output, let offer = report.units.first?.offer {
            do {
                try Data(offer.dropIn.utf8).write(
                    to: URL(fileURLWithPath: output), options: .atomic)
            } catch {
                throw TemperError.experiment(
                    "the drop-in cannot be written to \(output): \(error.localizedDescription)")
            }
        }
        switch format {
        case .text:
            Terminal.print(CheckText(report, isColoured: Terminal.showsColours).text)
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            Terminal.print(String(decoding: try encoder.encode(report), as: UTF8.self) + "\n")
        case .junit: Terminal.print(CheckJUnit(report).text)
        }
        if report.exitStatus != 0 { throw ExitCode(report.exitStatus) }
    }
}

enum CheckFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    case text, json, junit
}
