import ArgumentParser
import Hardening
import Reports
import Systemd
import TemperKit
import TrialLedger
import Trials

struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Explains a directive, a trial on record, or a word of a report.",
        discussion: """
            A directive: effect, values, what usually breaks. A trial, by its number: all that was \
            seen of it, and the commands to repeat it by hand. A word: what it means.

              temper explain ProtectSystem
              temper explain 14 --unit nginx.service
              temper explain exposure

            Exit status: 0 explained, 1 nothing on record, 2 the record cannot be read, 64 usage.
            """)

    @Argument(
        help: "A directive, such as ProtectSystem, a trial's number, or a word; none to list all.",
        completion: .subject)
    var subject: String?

    @Option(
        help: ArgumentHelp(
            "The unit whose trial it is. Default: the only one on record.", valueName: "unit"),
        completion: .recordedUnit)
    var unit: String?

    @Option(
        help: ArgumentHelp(
            "The campaign, by its number in `temper history`. Default: the last.",
            valueName: "number"), completion: .campaign)
    var campaign: Int64?

    @Flag(help: "Print it as JSON (schema temper.explain/1).")
    var json = false

    @OptionGroup var state: StateOptions

    func validate() throws {
        try refuse(unit.flatMap(UnitName.problem))
        if json && subject == nil {
            throw ValidationError("--json is of one subject: temper explain SUBJECT --json")
        }
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
        if json {
            return Terminal.print(
                try JSON.page(
                    ExplanationReport(
                        trial, of: unit, campaign: campaign.id, provenance: provenance)))
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
        if units.isEmpty {
            throw TemperError.absent("nothing is on record in \(state.directory), so no trial is")
        }
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
        // For people only: programs read a directive in each line.
        guard Terminal.isOnScreen else { return }
        let words = Glossary.entries.map(\.word).joined(separator: ", ")
        Terminal.print("\nWords: \(words)\n")
    }

    private func explain(directive name: String) throws {
        let catalogue = Catalogue.withExamples
        // However it is written: nothing is done by it.
        let row = catalogue.directives.first { $0.name.lowercased() == name.lowercased() }
        let found =
            row.map { ExplanationReport($0, in: catalogue) }
            ?? Glossary.text(on: name).map { ExplanationReport(name, text: $0) }
        if let found { return Terminal.print(json ? try JSON.page(found) : found.text) }
        let known = catalogue.directives.map(\.name) + Glossary.entries.map(\.word)
        throw TemperError.usage(
            "\(name.isEmpty ? "“”" : name) is neither a directive that temper knows nor a word of its reports"
                + name.suggestion(of: known, orElse: "`temper explain` lists both"))
    }
}
