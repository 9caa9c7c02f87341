import ArgumentParser
import Lab
import Reports
import TemperKit
import Trials

struct ProbesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: "Starts a service once in a lab and shows what its probes answer.",
        discussion: """
            Nothing is restricted and nothing recorded: to find the right probe before `temper \
            harden`. Shown are each probe with its answer and how long that took, and what others \
            can see of the service, which harden would hold it to besides.

              temper probe nginx.service --probe-http http://127.0.0.1/

            Exit status: 0 passes, 1 a probe or the service fails, 2 could not be tried or judged, \
            64 usage, 130 interrupted.
            """)

    @Argument(help: "The service, such as nginx.service.", completion: .service)
    var unit: String

    @OptionGroup(title: "Probes (repeatable; all must hold)") var probes: ProbeOptions
    @OptionGroup(title: "Cadence of the probes") var cadence: CadenceOptions
    @OptionGroup(title: "Plan") var wanted: PlanOptions
    @OptionGroup(title: "Manager") var owner: ManagerOptions
    @OptionGroup(title: "Place") var tree: TreeOptions
    @OptionGroup var connection: NetworkOptions
    @OptionGroup var trust: TrustOptions

    @Flag(help: "Print what was seen as JSON (schema temper.probe/1).")
    var json = false

    @Flag(name: .shortAndLong, help: "Show no progress.")
    var quiet = false

    func validate() throws {
        try refuse(UnitName.problem(unit) ?? probes.problem ?? owner.problem)
    }

    func run() async throws {
        let progress = ProgressLines(isQuiet: quiet)
        let session = try session(progress)
        let report = try await withInterruption(progress) { () throws(TemperError) in
            try await session.run()
        }
        if json {
            Terminal.print(try JSON.page(report))
        } else {
            Terminal.print(
                form: ProbeText(
                    report, isColoured: Terminal.showsColours, width: Terminal.columns(of: 1)
                ).text)
        }
        switch report.verdict {
        case .passed: return
        case .failed: throw ExitCode(1)
        case .unresolved: throw ExitCode(2)
        }
    }

    private func session(_ progress: ProgressLines) throws(TemperError) -> ProbeSession {
        var session = ProbeSession(unit: UnitName.complete(unit))
        session.plan = try Plan(probes, cadence, wanted)
        session.planFile = try wanted.file(isUntrusted: trust.untrusted)
        session.isUntrusted = trust.untrusted
        session.lab = tree.plan
        session.lab.network = connection.network ?? .standard
        session.manager = owner.choice
        session.progress = progress
        return session
    }
}
