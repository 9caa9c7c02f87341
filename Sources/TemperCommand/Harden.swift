import ArgumentParser
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

              temper harden nginx.service --probe-http http://127.0.0.1/

            Exit status: 0 done as asked, 1 nothing accepted or the result could not be proved, \
            2 could not experiment or not applied, 64 usage, 130 interrupted.
            """)

    @Argument(
        help: "The service, such as nginx.service or postgresql@15-main.service.",
        completion: .service)
    var unit: String

    @OptionGroup(title: "Probes (repeatable; all must hold)") var probes: ProbeOptions
    @OptionGroup(title: "Cadence of the probes") var cadence: CadenceOptions
    @OptionGroup(title: "Search") var search: SearchOptions
    @OptionGroup(title: "Manager") var owner: ManagerOptions
    @OptionGroup(title: "Place") var place: PlaceOptions
    @OptionGroup var trust: TrustOptions
    @OptionGroup(title: "Install") var install: ApplyOptions
    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup var written: StyleOptions
    @OptionGroup var record: RecordOptions
    @OptionGroup var state: StateOptions

    func validate() throws {
        try refuse(
            UnitName.problem(unit) ?? probes.problem ?? search.problem ?? owner.problem
                ?? place.problem ?? install.problem(root: place.tree.root)
                ?? trust.problem(isLive: place.live, isToInstall: install.apply) ?? output.problem
                ?? record.problem)
        if install.apply && written.style != .commented {
            throw ValidationError(
                "--apply installs what was tried as it is; leave out --style "
                    + written.style.rawValue)
        }
    }

    func run() async throws {
        let progress = ProgressLines(isQuiet: output.quiet)
        let session = try session(progress)
        try deliver(
            try await withInterruption(progress) { () throws(TemperError) in
                try await session.run()
            })
    }

    private func session(_ progress: ProgressLines) throws(TemperError) -> HardenSession {
        var session = HardenSession(
            unit: UnitName.complete(unit), stateDirectory: state.directory)
        session.plan = try plan()
        session.planFile = try search.wanted.file(isUntrusted: trust.untrusted)
        session.isUntrusted = trust.untrusted
        session.options = try search.campaignOptions
        session.jobs = search.jobs
        session.host = try place.chosen()
        session.manager = owner.choice
        session.recordFile = record.file
        session.apply = install.order
        session.isForced = search.force
        session.isFresh = search.fresh
        session.isForPackager = written.style == .packager
        session.progress = progress
        return session
    }

    private func plan() throws(TemperError) -> Plan {
        var mine = try Plan(probes, cadence, search.wanted)
        mine.keep = Set(search.keep.map(Plan.restriction))
        mine.attempt = Set(search.attempt.flatMap(Plan.attempts))
        return mine
    }

    private func deliver(_ hardened: Hardened) throws {
        var result = hardened.result
        written.style.write(&result) { [unit = result.unit] in
            try? Archive(directory: state.directory).assigned(in: unit, campaign: nil)
        }
        if let file = output.output, !result.dropIn.isEmpty {
            try OutputFile.write(result.dropIn, to: file, "the drop-in")
        }
        if output.json {
            Terminal.print(try JSON.page(result))
        } else {
            let isAside = output.output == OutputFile.standardOutput
            Terminal.write(screen(of: result, isAside: isAside), to: isAside ? 2 : 1)
            if let file = output.output, !result.dropIn.isEmpty, !isAside {
                Terminal.note("the drop-in is in \(file)")
            }
        }
        if let applied = result.applied {
            Terminal.note(
                "installed as \(applied.path); \(result.unit) was tried for "
                    + "\((applied.seconds * 10).rounded() / 10) s. `temper revert "
                    + "\(owner.user ? "--user " : "")\(result.unit.shellQuoted)` takes it away")
        }
        if !output.json && !output.quiet {
            Terminal.write(next(after: result), to: 2)
        }
        if let why = hardened.notInstalled { throw why.saying("not applied: \(why)") }
        if result.ending == .interrupted { throw ExitCode(130) }
        if result.accepted.isEmpty || result.unproved != nil { throw ExitCode(1) }
    }

    /// The end of the screen has this many lines, with what comes next.
    private static let screenLines = 40

    /// The result for a person: what matters of it, or all.
    private func screen(of result: HardeningResult, isAside: Bool) -> String {
        let isColoured = isAside ? Terminal.hasLiveLine : Terminal.showsColours
        let width = Terminal.columns(of: isAside ? 2 : 1)
        if output.verbose {
            return HardeningText(result, isColoured: isColoured, width: width).text
        }
        // A campaign that was interrupted has no report yet.
        let report = try? Archive(directory: state.directory).report(on: result.unit)
        let refusals = report.flatMap { $0.result.refused == result.refused ? $0.refusals : nil }
        let next = next(after: result).split(separator: "\n", omittingEmptySubsequences: false)
        return HardeningSummary(
            result, refusals, isColoured: isColoured, width: width,
            room: Harden.screenLines - next.count + 1
        ).text
    }

    private func next(after result: HardeningResult) -> String {
        NextSteps(after: result, choices).text.visible()
    }

    private var choices: NextSteps.Choices {
        var choices = NextSteps.Choices()
        choices.record = state.directory
        choices.stateDirectory = state.chosen
        choices.isUsers = owner.user
        choices.isOfThisMachine = (place.tree.root ?? "/") == "/"
        choices.style = written.style == .commented ? nil : written.style.rawValue
        choices.output = output.output == OutputFile.standardOutput ? nil : output.output
        return choices
    }
}
