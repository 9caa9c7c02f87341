import ArgumentParser
import Reports
import Systemd
import TemperKit
import TrialLedger
import Trials

struct History: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows the campaigns and checks on record for a unit.",
        discussion: """
            The newest is first, each with its number. --diff tells what one campaign found \
            otherwise than another: directives, reasons, and what had changed on the machine.

              temper history nginx.service --diff 3 7

            Exit status: 0 shown, 1 nothing on record, 2 the record cannot be read, 64 usage.
            """)

    @Argument(help: "The unit, such as nginx.service.", completion: .recordedUnit)
    var unit: String

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("The numbers of two campaigns, the earlier first.", valueName: "a b"))
    var diff: [Int64] = []

    @Flag(help: "Print it as JSON (schema temper.history/1).")
    var json = false

    @OptionGroup var state: StateOptions

    func validate() throws {
        try refuse(UnitName.problem(unit))
        if !diff.isEmpty && diff.count != 2 {
            throw ValidationError("--diff takes the numbers of two campaigns, such as --diff 3 7")
        }
    }

    func run() throws {
        let name = UnitName.complete(unit)
        let archive = try Archive(directory: state.directory)
        let campaigns = try archive.campaigns(of: name, for: Set(CampaignPurpose.allCases))
        if diff.count == 2 {
            let difference = try archive.difference(of: name, from: diff[0], to: diff[1])
            if json {
                let compared = diff.compactMap { id in campaigns.first { $0.id == id } }
                let report = HistoryReport(
                    unit: name, compared.map(\.forReports), difference: difference)
                return Terminal.print(try JSON.page(report))
            }
            return Terminal.print(difference.lines.joined(separator: "\n") + "\n")
        }
        if campaigns.isEmpty {
            let near = name.suggestion(of: try archive.units())
            throw TemperError.absent("nothing on record for \(name) in \(state.directory)\(near)")
        }
        if json {
            let report = HistoryReport(unit: name, campaigns.map(\.forReports))
            return Terminal.print(try JSON.page(report))
        }
        let width = campaigns.map { "\($0.id)".count }.max() ?? 1
        for campaign in campaigns {
            let date = CivilTime(microseconds: campaign.began).short
            let number = "\(campaign.id)".leftPadded(to: width)
            let line = HistoryLine(
                result: campaign.result, trials: campaign.trials,
                isCheck: campaign.purpose == .check)
            Terminal.print("\(number)  \(date)  \(line.text)\n")
        }
    }
}

extension RecordedCampaign {
    fileprivate var forReports: HistoryReport.Campaign {
        HistoryReport.Campaign(
            number: id, began: began, result: result, trials: trials, isCheck: purpose == .check)
    }
}
