import Hardening
import Trials

/// What was taken of a unit, ready to be written in the language of another tool.
public struct UnitExport: Sendable {
    public let report: UnitReport
    /// The version of temper.
    let temper: String
    /// In the order of systemd's manual; the unit's own commands before its start among them.
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

    /// What is written down anew where the unit's own commands are none of this machine's.
    var ownSettings: [DropInSetting] { settings.filter { !$0.isStartCommands } }
    /// What has to be done with all rights before each start.
    var startCommands: [String] { settings.flatMap(\.preparations) }

    /// The oldest systemd that knows all that was taken of a directive.
    func oldestSystemd(with row: Directive) -> String {
        let taken = row.restrictions.filter { report.result.accepted.contains($0.id) }
        let version = taken.map(\.introduced).reduce(row.introduced, max)
        return version > 183 ? "\(version)" : "before 183"
    }
}

extension String {
    /// In double quotes, with backslashes before what would end that.
    ///
    /// - Parameter escape: what stands for other characters, by their language; nil for themselves.
    func doubleQuoted(_ escape: (Unicode.Scalar) -> String?) -> String {
        var text = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\\", "\"": text += "\\\(scalar)"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            default:
                if let escaped = escape(scalar) {
                    text += escaped
                } else {
                    text.unicodeScalars.append(scalar)
                }
            }
        }
        return text + "\""
    }
}
