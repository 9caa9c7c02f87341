import ArgumentParser
import Hardening
import Reports
import Systemd
import TemperKit
import TrialLedger
import Trials

struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Explains a directive, or a trial on record.",
        discussion: """
            A directive: effect, values, what usually breaks. A trial, by its number: all that was \
            seen of it, and the commands to repeat it by hand.
            """)

    @Argument(
        help: "A directive, such as ProtectSystem, or a trial's number; none to list all.",
        completion: .directive)
    var subject: String?

    @Option(
        help: ArgumentHelp(
            "The unit whose trial it is. Default: the only one on record.", valueName: "unit"),
        completion: .service)
    var unit: String?

    @Option(
        help: ArgumentHelp(
            "The campaign, by its number in `temper history`. Default: the last.",
            valueName: "number"))
    var campaign: Int64?

    @OptionGroup var state: StateOptions

    func validate() throws {
        try refuse(unit.flatMap(UnitName.problem))
    }

    func run() throws {
        if let subject, let number = Int(subject) {
            try explain(trial: number)
        } else if let subject {
            try explain(directive: String(subject.prefix { $0 != "=" }))
        } else {
            list()
        }
    }

    private func explain(trial number: Int) throws {
        let archive = try Archive(directory: state.directory)
        let unit = try unit.map(UnitName.complete) ?? onlyUnit(archive)
        let (campaign, trials, provenance) = try archive.trials(of: unit, campaign: campaign)
        guard let trial = trials.last(where: { $0.number == number }) else {
            let last = trials.map(\.number).max() ?? 0
            throw TemperError.absent(
                "campaign \(campaign.id) of \(unit) has no trial \(number); "
                    + "it has 1 to \(last)")
        }
        Terminal.print(
            form: TrialText(
                trial, of: unit, campaign: campaign.id, provenance: provenance,
                isColoured: Terminal.showsColours
            ).text)
    }

    private func onlyUnit(_ archive: Archive) throws -> String {
        let units = try archive.units()
        if units.count == 1, let only = units.first { return only }
        throw TemperError.usage(
            "which unit's trial? give --unit: \(units.prefix(8).joined(separator: ", "))")
    }

    private func list() {
        let catalogue = Catalogue.withExamples
        let width = catalogue.directives.map(\.name.count).max() ?? 0
        for row in catalogue.directives {
            let gap = String(repeating: " ", count: width - row.name.count)
            Terminal.print("\(row.name)\(gap)  \(row.effect)\n")
        }
    }

    private func explain(directive name: String) throws {
        let catalogue = Catalogue.withExamples
        guard let row = catalogue.directive(name) else {
            throw TemperError.usage(
                "\(name) is not in the catalogue; `temper explain` lists what is")
        }
        Terminal.print(DirectiveExplanation(row, in: catalogue).text)
    }
}
