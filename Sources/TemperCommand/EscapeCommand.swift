import ArgumentParser
import Lab
import Reports
import TemperKit
import Trials

struct EscapeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "escape",
        abstract: "Tries every way out of a service's sandbox, as the unit stands.",
        discussion: """
            Starts the unit in a lab as its files have it, whoever hardened it, and in its sandbox a \
            small program that harmlessly tries what an intruder would: other units over the bus, \
            files that root obeys, memory of others.

              temper escape nginx.service

            Exit status: 0 no way to root is open, 1 one is, 2 it could not be tried, 64 usage, \
            130 interrupted.
            """)

    @Argument(help: "The service, such as nginx.service.", completion: .service)
    var unit: String

    @OptionGroup var tree: TreeOptions

    @OptionGroup(title: "Manager") var owner: ManagerOptions
    @OptionGroup var trust: TrustOptions

    @Flag(help: "Print the ways as JSON (schema temper.escape/1).")
    var json = false

    @Flag(name: .shortAndLong, help: "Show no progress.")
    var quiet = false

    func validate() throws {
        try refuse(UnitName.problem(unit) ?? owner.problem)
    }

    func run() async throws {
        let progress = ProgressLines(isQuiet: quiet)
        var session = EscapeSession(unit: UnitName.complete(unit))
        session.manager = owner.choice
        session.lab = tree.plan
        session.isUntrusted = trust.untrusted
        session.progress = progress
        let report = try await withInterruption(progress) { [session] () throws(TemperError) in
            try await session.run()
        }
        if json {
            Terminal.print(try JSON.page(report))
        } else {
            Terminal.print(
                form: EscapeText(report, isColoured: Terminal.showsColours).text)
        }
        if report.openToRoot > 0 { throw ExitCode(1) }
    }
}
