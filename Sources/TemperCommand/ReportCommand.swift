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
              temper report nginx.service --format patch --on debian/nginx.service | git am

            What was taken is also written for other tools: patch as a commit on the unit file, with \
            the reasons in its message; nixos as a module; ansible as tasks of a role; quadlet as \
            keys of a container; security-policy as what systemd-analyze security \
            --security-policy= holds the unit to, with what it is waived and why.

            Exit status: 0 shown, 1 nothing on record, 2 the record cannot be read, 64 usage.
            """)

    @Argument(
        help: "The unit, such as nginx.service; none for all on record.",
        completion: .recordedUnit)
    var unit: String?

    @Option(
        help: """
            text, markdown, html, json, junit, sarif or drop-in; or the drop-in as patch, nixos, \
            ansible, quadlet or security-policy.
            """)
    var format = ReportFormat.text

    @Flag(help: "The same as --format json.")
    var json = false

    @Option(
        help: ArgumentHelp(
            "With --format patch: the unit file of a source tree that it is for, by its path from "
                + "the top of that tree.", valueName: "file"), completion: .file())
    var on: String?

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
        try refuse(JSONFlag.problem(json, beside: format.rawValue))
        if format.isOfDropIn && unit == nil {
            throw ValidationError("--format \(format.rawValue) is of one unit: temper report UNIT")
        }
        if format == .patch && on == nil {
            throw ValidationError(
                "--format patch needs --on FILE, the unit file of a source tree")
        }
        if format != .patch && on != nil {
            throw ValidationError("--on is for --format patch only")
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
        if format.isOfDropIn, let empty = reports.first(where: \.result.dropIn.isEmpty) {
            throw TemperError.absent(
                "campaign \(empty.campaign) of \(empty.unit) took nothing, so there is no drop-in")
        }
        let file = output == OutputFile.standardOutput ? nil : output
        let text = try text(of: reports, from: archive, forFile: file != nil)
        guard let file else { return Terminal.print(form: text) }
        try OutputFile.write(text, to: file, "the report")
        Terminal.note("the report is in \(file)")
    }

    private func text(
        of reports: [UnitReport], from archive: Archive, forFile isForFile: Bool
    ) throws -> String {
        // Nobody reads comments of ours in the language of another tool. A container has no directories
        // of its service's that somebody makes for it.
        let style =
            format == .quadlet
            ? .commented : format.isForOtherTools ? .packager : written.style
        let report = Report(
            temper: TemperVersion.current,
            units: try reports.map { report in
                var report = report
                try style.write(&report.result) { [report] in
                    try archive.assigned(in: report.unit, campaign: report.campaign)
                }
                return report
            })
        let isOverview = unit == nil
        func export() throws -> UnitExport {
            UnitExport(
                report.units[0], by: TemperVersion.current,
                over: try archive.assigned(in: reports[0].unit, campaign: reports[0].campaign))
        }
        switch json ? .json : format {
        case .text:
            let isColoured = !isForFile && Terminal.showsColours
            let width = isForFile ? 100 : Terminal.columns(of: 1, elsewhere: 100)
            if isOverview {
                return ReportText(overview: report, isColoured: isColoured, width: width).text
            }
            return report.units.map { ReportText($0, isColoured: isColoured, width: width).text }
                .joined(separator: "\n")
        case .markdown where isOverview: return ReportMarkdown(overview: report).text
        case .markdown: return report.units.map { ReportMarkdown($0).text }.joined(separator: "\n")
        case .html: return ReportHTML(report).text
        case .json: return try JSON.page(report)
        case .junit: return ReportJUnit(report).text
        case .sarif: return try JSON.page(ReportSARIF(report))
        case .dropIn: return report.units.map(\.result.dropIn).joined()
        case .patch: return try patch(export())
        case .nixos: return NixOSModule(try export()).text
        case .ansible: return AnsibleTasks(try export()).text
        case .quadlet: return QuadletKeys(try export()).text
        case .securityPolicy: return try policy(export())
        }
    }

    private func patch(_ export: UnitExport) throws(TemperError) -> String {
        let file = on ?? ""
        let old = try UnitSource(file).text
        guard let patch = UnitPatch(export, on: file, holding: old) else {
            throw .usage("--on \(file): has no section [Service] to add to")
        }
        return patch.text
    }

    private func policy(_ export: UnitExport) throws -> String {
        guard let policy = SecurityPolicy(export) else {
            throw TemperError.absent(
                "campaign \(export.report.campaign) of \(export.report.unit) is from an older "
                    + "temper, which did not keep what systemd-analyze finds: run temper harden again"
            )
        }
        return try JSON.page(policy)
    }
}

/// The forms of a report: the one place that knows all of them.
enum ReportFormat: String, CaseIterable, ExpressibleByArgument {
    case text, markdown, html, json, junit, sarif
    /// What was found, as a file for the unit.
    case dropIn = "drop-in"
    /// The same for other tools.
    case patch, nixos, ansible, quadlet
    case securityPolicy = "security-policy"

    /// Whether it is made of the drop-in of one unit.
    var isOfDropIn: Bool { self == .dropIn || isForOtherTools }

    var isForOtherTools: Bool {
        switch self {
        case .text, .markdown, .html, .json, .junit, .sarif, .dropIn: false
        case .patch, .nixos, .ansible, .quadlet, .securityPolicy: true
        }
    }
}
