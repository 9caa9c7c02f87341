import Hardening
import Trials

/// What was taken of a unit, ready to be written in the language of another tool.
public struct UnitExport: Sendable {
    public let report: UnitReport
    /// The version of temper.
    let temper: String
    /// In the order of systemd's manual.
    let settings: [DropInSetting]

    /// - Parameter assigned: the settings that the unit's own files make; nil where that is not
    ///   known.
    public init(_ report: UnitReport, by temper: String, over assigned: Set<String>?) {
        self.report = report
        self.temper = temper
        settings = DropIn.sections(of: report.result.dropIn, over: assigned).flatMap(\.self)
    }

    var unit: String { report.unit }
    /// Whether an account's own manager runs it.
    var isOfUser: Bool { report.result.beyondManager != nil }

    /// What it is, in a line.
    var origin: String {
        let exposure = report.result.exposure
        return "\(unit) as hardened by temper \(temper) on systemd \(report.result.systemd): "
            + "exposure \(exposure.from) -> \(exposure.to)"
    }

    /// Comment lines with what it is, and with what has to be done once before.
    func heading(sayingPreparations: Bool = true) -> [String] {
        let commands = sayingPreparations ? report.result.preparations : []
        let title = commands.isEmpty ? [] : ["# Once, before it is first started like this:"]
        return ["# \(origin)."] + title + commands.map { "#   " + $0.visible(keeping: []) }
    }

    /// The oldest systemd that knows all that was taken of a directive.
    func oldestSystemd(with row: Directive) -> String {
        let taken = row.restrictions.filter { report.result.accepted.contains($0.id) }
        let version = taken.map(\.introduced).reduce(row.introduced, max)
        return version > 183 ? "\(version)" : "before 183"
    }
}

extension String {
    /// A string in double quotes, as Nix and YAML (1.2, 7.3.1) read it.
    ///
    /// - Parameter others: what has to be escaped besides, with what stands for it.
    func doubleQuoted(escaping others: [(String, String)] = []) -> String {
        let pairs = [("\\", "\\\\"), ("\"", "\\\""), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")]
        let escaped = (pairs + others).reduce(self) { text, pair in
            text.replacing(pair.0, with: pair.1)
        }
        return "\"\(escaped)\""
    }
}
