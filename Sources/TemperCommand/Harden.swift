import ArgumentParser
import Foundation
import Hardening
import Reports
import Systemd
import TemperKit
import Trials

struct Harden: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Finds the strictest passing configuration of a service.",
        discussion: """
            Copies of the service run in a lab: a disposable copy of this machine, or of the tree \
            given by --root. The real service is not touched. With --live they run on this machine \
            itself; the real service is stopped meanwhile and put back, whatever happens to temper. \
            Probes can also stand in the unit \
            itself, in a section [X-Temper].
            """)

    @Argument(help: "The service, such as nginx.service or postgresql@15-main.service.")
    var unit: String

    @OptionGroup(title: "Probes (repeatable; all must hold)") var probes: ProbeOptions
    @OptionGroup(title: "Cadence of the probes") var cadence: CadenceOptions
    @OptionGroup(title: "Search") var search: SearchOptions
    @OptionGroup(title: "Manager") var owner: ManagerOptions
    @OptionGroup(title: "Place") var place: PlaceOptions
    @OptionGroup(title: "Install") var install: ApplyOptions
    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup var record: RecordOptions
    @OptionGroup var state: StateOptions

    func validate() throws {
        if let problem = UnitName.problem(unit) { throw ValidationError(problem) }
        for name in search.keep + search.attempt {
            if let problem = Plan.problem(withRestriction: name) { throw ValidationError(problem) }
        }
        if let problem = probes.problem ?? search.problem ?? owner.problem ?? place.problem
            ?? install.problem(root: place.root) ?? output.problem ?? record.problem
        {
            throw ValidationError(problem)
        }
    }

    func run() async throws {
        let progress = ProgressLines(isQuiet: output.quiet)
        var session = HardenSession(
            unit: UnitName.complete(unit), plan: try plan(), options: try search.campaignOptions,
            place: try place.chosen(), stateDirectory: state.directory, progress: progress,
            manager: owner.choice, isForced: search.force, apply: install.order)
        session.recordFile = record.file
        let result: HardeningResult
        do {
            result = try await withInterruption { [session] in try await session.run() }
        } catch {
            progress.finish()
            throw error
        }
        progress.finish()
        try deliver(result)
    }

    /// The plan of the command line over that of `--plan`; the unit's own comes below both.
    private func plan() throws -> Plan {
        var plan = Plan()
        if let file = search.plan {
            // Its probes and preparations are run, and by root.
            if let problem = Trust.current.problem(withPath: file) {
                throw TemperError.usage(
                    "--plan \(file) is not to be trusted: \(problem); take that right away with "
                        + "chown or chmod")
            }
            guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
                throw TemperError.usage("\(file) cannot be read; give --plan a text file")
            }
            do { plan = try Plan(reading: text, file: file) } catch {
                throw TemperError.usage(error.description)
            }
        }
        var mine = Plan()
        mine.probes = probes.requests
        mine.keep = Set(search.keep.map(Plan.restriction))
        mine.attempt = Set(search.attempt)
        mine.cadence = try cadence.chosen
        mine.settle = try cadence.settleTime
        mine.probeDoesWork = probes.probeDoesWork
        mine.probeUser = probes.probeUser
        return plan.overridden(by: mine)
    }

    private func save(_ dropIn: String, to file: String) throws {
        do {
            try PlaceInRoot.write(dropIn, to: file)
        } catch {
            throw TemperError.experiment("the drop-in cannot be written to \(file): \(error)")
        }
    }

    private func deliver(_ result: HardeningResult) throws {
        if let file = output.output, !result.dropIn.isEmpty {
            try save(result.dropIn, to: file)
        }
        if output.json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            Terminal.print(String(decoding: try encoder.encode(result), as: UTF8.self) + "\n")
        } else {
            Terminal.print(TextReport(result, isColoured: Terminal.showsColours).text)
            if let file = output.output, !result.dropIn.isEmpty {
                Terminal.note("the drop-in is in \(file)")
            }
        }
        if let applied = result.applied {
            Terminal.note(
                "installed as \(applied.path); \(result.unit) was tried for "
                    + "\((applied.seconds * 10).rounded() / 10) s. `temper revert "
                    + "\(owner.user ? "--user " : "")\(result.unit)` takes it away")
        }
        if let why = result.notApplied {
            let isInterrupted = why.hasPrefix(ExperimentError.interrupted.description)
            throw isInterrupted
                ? TemperError.interrupted("not applied: \(why)")
                : .experiment("not applied: \(why)")
        }
        if result.ending == "interrupted" { throw ExitCode(130) }
        if result.accepted.isEmpty { throw ExitCode(1) }
    }
}
