import ArgumentParser
import Hardening
import Reports
import Systemd
import TemperKit
import Trials

struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows what this machine enforces, and what it would silently ignore.",
        discussion: """
            Every restriction is set on a unit that only sleeps, in a lab, and looked for in what \
            the kernel tells of its process. \"ignored\" means that systemd takes the setting, \
            shows it in its properties, and does nothing.

              temper doctor

            Exit status: 0 the table was made, 2 it could not be, 64 usage, 130 interrupted.
            """)

    @Option(
        help: ArgumentHelp(
            "A root tree to make the lab of instead of this machine's.", valueName: "dir"),
        completion: .directory, transform: absolutePath)
    var root: String?

    @Flag(help: "Print the table as JSON (schema temper.doctor/1).")
    var json = false

    @Flag(name: .shortAndLong, help: "Show no progress.")
    var quiet = false

    @OptionGroup var state: StateOptions

    func run() async throws {
        let progress = ProgressLines(isQuiet: quiet)
        let began = ContinuousClock.now
        let root = root ?? "/"
        progress.step("looking at every restriction in a lab of \(root)")
        let examination = LabExamination(root: root, stateDirectory: state.directory)
        let (facts, enforcement) = try await withInterruption(progress) { () throws(TemperError) in
            try await examination.measure()
        }
        let sources = EvidenceSources()
        let report = DoctorReport(
            facts: facts, enforcement: enforcement, catalogue: .standard, root: root,
            systemdIsPIDOne: EvidenceSources.systemdIsPIDOne,
            evidence: .init(audit: sources.audit, programs: sources.programs),
            seconds: (ContinuousClock.now - began).seconds)
        if json {
            Terminal.print(try JSON.page(report))
        } else {
            Terminal.print(
                form: DoctorText(report, catalogue: .standard, isColoured: Terminal.showsColours)
                    .text)
        }
    }
}
