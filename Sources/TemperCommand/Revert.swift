import ArgumentParser
import Systemd
import TemperKit
import Trials

struct Revert: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Takes away what --apply installed, and restarts the service.",
        discussion: """
            What is installed says itself that it is temper's: --state-dir is taken as by the other \
            commands, and no record is read or changed.

              temper revert nginx.service

            Exit status: 0 taken away, 1 nothing was installed, 2 not taken away, 64 usage.
            """)

    @Argument(help: "The service, such as nginx.service.", completion: .service)
    var unit: String

    @OptionGroup(title: "Manager") var owner: ManagerOptions

    @Flag(help: "The drop-in of the instance's template, for all its instances.")
    var template = false

    @Flag(help: "Also if the drop-in was changed by hand, or the machine stands on the service.")
    var force = false

    @OptionGroup var state: StateOptions

    func validate() throws {
        try refuse(UnitName.problem(unit) ?? owner.problem)
    }

    func run() async throws {
        var reversal = Reversal(unit: UnitName.complete(unit))
        reversal.manager = owner.choice
        reversal.forTemplate = template
        reversal.isForced = force
        Terminal.print(try await reversal.run() + "\n")
    }
}
