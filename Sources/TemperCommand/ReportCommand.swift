import ArgumentParser
import Reports
import Systemd
import TemperKit
import TrialLedger
import Trials

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Shows what was decided about a service and why.",
        discussion: """
            For each restriction that was refused: the minimal set that fails together, what it \
            costs, the evidence and what would have to change. Without a unit, all units on \
            record, the worst first.

              temper report nginx.service --format html -o nginx.html

            Exit status: 0 shown, 1 nothing on record, 2 the record cannot be read, 64 usage.
            """)

    @Argument(
        help: "The unit, such as nginx.service; none for all on record.",
        completion: .recordedUnit)
    var unit: String?

    @Option(help: "text, markdown, html, json, junit, sarif or drop-in.")
    var format = ReportFormat.text

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Write the report to this file.", valueName: "file"),
        completion: .file())
    var output: String?

    @Option(
        help: ArgumentHelp(
            "The campaign, by its number in `temper history`. Default: the last that was finished.",
            valueName: "number"), completion: .campaign)
    var campaign: Int64?

    @OptionGroup var written: StyleOptions
    @OptionGroup var state: StateOptions

    func validate() throws {
        try refuse(unit.flatMap(UnitName.problem) ?? OutputFile.problem(output))
        if campaign != nil && unit == nil {
            throw ValidationError("--campaign is one of a unit: temper report UNIT --campaign N")
        }
        if format == .dropIn && unit == nil {
            throw ValidationError("--format drop-in is of one unit: temper report UNIT")
        }
    }

    func run() throws {
        let archive = try Archive(directory: state.directory)
        let names = try unit.map { [UnitName.complete($0)] } ?? archive.units()
        let reports = try names.compactMap { name in
            try archive.report(on: name, campaign: campaign)
        }
        guard !reports.isEmpty else {
            let name = unit.map { "for \(UnitName.complete($0)) " } ?? ""
            let known = try archive.units()
            let near = names.first { !known.contains($0) }?.nearest(of: known)
            throw TemperError.absent(
                "no finished campaign \(name)is on record in \(state.directory); "
                    + (near.map { "did you mean \($0)?" }
                        ?? "temper harden makes one, --state-dir names another place"))
        }
        if format == .dropIn, let empty = reports.first(where: \.result.dropIn.isEmpty) {
            throw TemperError.absent(
                "campaign \(empty.campaign) of \(empty.unit) took nothing, so there is no drop-in")
        }
        let report = Report(
            temper: TemperVersion.current,
            units: try reports.map { report in
                var report = report
                report.result.dropIn = try written.style.text(of: report.result.dropIn) {
                    try archive.assigned(in: report.unit, campaign: report.campaign)
                }
                return report
            })
        let file = output == OutputFile.standardOutput ? nil : output
        let text = try format.text(
            of: report, isOverview: unit == nil,
            isColoured: file == nil && Terminal.showsColours,
            width: file == nil ? Terminal.columns(of: 1, elsewhere: 100) : 100)
        guard let file else { return Terminal.print(form: text) }
        try OutputFile.write(text, to: file, "the report")
        Terminal.note("the report is in \(file)")
    }
}

/// The forms of a report: the one place that knows all of them.
enum ReportFormat: String, CaseIterable, ExpressibleByArgument {
    case text, markdown, html, json, junit, sarif
    /// What was found, as a file for the unit.
    case dropIn = "drop-in"

    /// - Parameter isOverview: all units that there are, rather than the one that was asked for.
    func text(of report: Report, isOverview: Bool, isColoured: Bool, width: Int) throws -> String {
        switch self {
        case .text where isOverview:
            ReportText(overview: report, isColoured: isColoured, width: width).text
        case .text:
            report.units.map { ReportText($0, isColoured: isColoured, width: width).text }
                .joined(separator: "\n")
        case .markdown where isOverview: ReportMarkdown(overview: report).text
        case .markdown: report.units.map { ReportMarkdown($0).text }.joined(separator: "\n")
        case .html: ReportHTML(report).text
        case .json: try JSON.page(report)
        case .junit: ReportJUnit(report).text
        case .sarif: try JSON.page(ReportSARIF(report))
        case .dropIn: report.units.map(\.result.dropIn).joined()
        }
    }
}
