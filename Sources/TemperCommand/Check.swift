import ArgumentParser
import Reports
import Systemd
import TemperKit
import Trials

struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Does what passed when it was hardened still pass?",
        discussion: """
            Runs the profile on record of each unit through the full life of the service, in a lab: \
            after an upgrade of the service, of systemd or of the kernel. If it fails, the \
            service as it is must pass, and the directives that break it now are found by \
            bisecting from the record.

              temper check --if-changed

            Exit status: 0 passes, 1 regressed, 2 could not be checked, 64 usage, 130 interrupted.
            """)

    @Argument(
        help: "Units on record, such as nginx.service. Without any: all of them.",
        completion: .recordedUnit)
    var units: [String] = []

    @Option(
        name: .customLong("record"),
        help: ArgumentHelp(
            "A record that `temper harden --record` wrote, instead of the ledger's, or a directory of "
                + "such files (*.temper). Repeatable.",
            valueName: "file"),
        completion: .file())
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
            "How many units are checked side by side, each in a lab of its own, 1 to 16.",
            valueName: "count"))
    var jobs = 1

    @Option(
        help: ArgumentHelp(
            "A root tree to make the lab of. Default: where the record was made.", valueName: "dir"),
        completion: .directory, transform: absolutePath)
    var root: String?

    @Option(
        help: ArgumentHelp(
            "A directory of the machine that the lab shares. Repeatable.", valueName: "dir"),
        completion: .directory, transform: absolutePath)
    var bind: [String] = []

    @OptionGroup var connection: NetworkOptions
    @OptionGroup(title: "Manager") var owner: ManagerOptions
    @OptionGroup var trust: TrustOptions
    @OptionGroup(title: "Install") var install: ApplyOptions

    @Flag(
        help: ArgumentHelp(
            "With --apply: also if the drop-in was changed by hand, or the machine stands on the "
                + "service."))
    var force = false

    @Option(help: ArgumentHelp("How to print the result.", valueName: "text|json|junit"))
    var format = CheckFormat.text

    @Flag(help: "The same as --format json.")
    var json = false

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Write the drop-in that passes now to this file, where it is another; one unit only. - is "
                + "standard output, and the report then goes to standard error.",
            valueName: "file"),
        completion: .file())
    var output: String?

    @Flag(name: .shortAndLong, help: "Show no progress.")
    var quiet = false

    @Flag(name: .shortAndLong, help: "Name all that changed, at full length.")
    var verbose = false

    @OptionGroup var state: StateOptions

    func validate() throws {
        try refuse(
            units.lazy.compactMap(UnitName.problem).first ?? owner.problem
                ?? install.problem(root: root)
                ?? trust.problem(isLive: false, isToInstall: install.apply)
                ?? OutputFile.problem(output))
        try refuse(JSONFlag.problem(json, beside: format.rawValue))
        if output == OutputFile.standardOutput && form != .text {
            throw ValidationError(
                "--format \(form.rawValue) and --output - both want standard output; leave one out"
            )
        }
        if let problem = Jobs.problem(jobs, of: "units are checked") {
            throw ValidationError(problem)
        }
        if jobs > 1 && install.apply {
            throw ValidationError(
                "--apply installs one drop-in after the other; leave out --jobs \(jobs)")
        }
        if update && files.isEmpty {
            throw ValidationError("--update needs a --record to write to")
        }
        if force && !install.apply { throw ValidationError("--force helps --apply; add --apply") }
    }

    func run() async throws {
        let found = try selection.subjects()
        let subjects = found.subjects
        if output != nil && subjects.count > 1 {
            throw TemperError.usage(
                "--output holds one drop-in, and \(subjects.count) units are to be checked; name one"
            )
        }
        // Before minutes are spent on trials.
        if let order = install.order { try await withHost(.live(order.machine)) { _ in } }
        let progress = ProgressLines(isQuiet: quiet)
        let (choices, directory, jobs) = (choices, state.directory, jobs)
        let checked = try await withInterruption(progress) { () throws(TemperError) in
            try await CheckSession.run(
                subjects.map {
                    CheckSession(
                        subject: $0, choices: choices, stateDirectory: directory,
                        progress: progress)
                }, atOnce: jobs)
        }
        try deliver(CheckReport(checked + found.skipped))
    }

    private var form: CheckFormat { json ? .json : format }

    private var selection: CheckSelection {
        var selection = CheckSelection(stateDirectory: state.directory)
        selection.units = units.map(UnitName.complete)
        selection.files = files
        selection.root = root
        selection.binds = bind
        selection.network = connection.network
        selection.manager = owner.choice
        selection.isUntrusted = trust.untrusted
        selection.isToInstall = install.apply
        return selection
    }

    private var choices: CheckChoices {
        var choices = CheckChoices()
        choices.ifChanged = ifChanged
        choices.isQuick = noTightening
        choices.updates = update
        choices.apply = install.order
        choices.isForced = force
        return choices
    }

    private func deliver(_ report: CheckReport) throws {
        if let output, let offer = report.units.first?.offer {
            try OutputFile.write(offer.dropIn, to: output, "the drop-in")
        }
        func text(isColoured: Bool) -> String {
            CheckText(report, isColoured: isColoured, isWhole: verbose).text
        }
        switch form {
        case .text where output == OutputFile.standardOutput:
            Terminal.write(text(isColoured: Terminal.hasLiveLine), to: 2)
        case .text: Terminal.print(form: text(isColoured: Terminal.showsColours))
        case .json: Terminal.print(try JSON.page(report))
        case .junit: Terminal.print(form: CheckJUnit(report).text)
        }
        if report.exitStatus != 0 { throw ExitCode(report.exitStatus) }
    }
}

enum CheckFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    case text, json, junit
}
