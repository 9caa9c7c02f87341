import Hardening
import Trials
import WaysOut

/// A report as a log of SARIF 2.1.0 (OASIS, "Static Analysis Results Interchange Format"): a rule
/// for each directive that was refused, a result for each refused restriction; and the same for
/// each way out that is open.
public struct ReportSARIF: Encodable, Sendable {
    private let version = "2.1.0"
    private let schema = "https://json.schemastore.org/sarif-2.1.0.json"
    private let runs: [Run]

    private enum CodingKeys: String, CodingKey {
        case version, runs
        case schema = "$schema"
    }

    private struct Run: Encodable {
        let tool: [String: Driver]
        let results: [Result]
        let columnKind = "utf16CodeUnits"
    }

    private struct Driver: Encodable {
        let name = "temper"
        let version: String
        let rules: [Rule]
    }

    private struct Rule: Encodable {
        let id: String
        let shortDescription, fullDescription, help: Message
    }

    private struct Message: Encodable { let text: String }

    private struct Result: Encodable {
        let ruleId: String
        let ruleIndex: Int
        /// `warning` where the refusal costs exposure, else `note`; `error` for a way to root.
        let level: String
        let message: Message
        let locations: [Location]
        /// So that the same is known again in a later run.
        let partialFingerprints: [String: String]
        /// Of a refusal.
        let properties: Properties?
    }

    private struct Properties: Encodable {
        let restriction: String
        let conflict: [String]
        let trial: Int
        let evidence: [Evidence]
        let advice: [Advice]
    }

    private struct Location: Encodable {
        let physicalLocation: PhysicalLocation?
        /// An object, by its `fullyQualifiedName`.
        let logicalLocations: [[String: String]]
    }

    private struct PhysicalLocation: Encodable {
        /// The `uri`, relative to the root of the machine.
        let artifactLocation: [String: String]
        let region = ["startLine": 1]
    }

    public init(_ report: Report) {
        let names = Set(report.units.flatMap { $0.refusals.map(\.directive) }).sorted()
        let rules = names.map { name -> Rule in
            let row = Catalogue.standard.directive(name)
            let refusal = report.units.lazy.flatMap(\.refusals).first { $0.directive == name }
            let effect = row?.effect ?? refusal?.effect ?? name
            return Rule(
                id: name, shortDescription: Message(text: "\(name)= is refused"),
                fullDescription: Message(text: effect),
                help: Message(
                    text: row.map { "Commonly breaks: \($0.breaks). See \($0.manual)." } ?? effect))
        }
        let results = report.units.flatMap { unit in
            unit.refusals.map { refusal in
                Result(
                    ruleId: refusal.directive,
                    ruleIndex: names.firstIndex(of: refusal.directive) ?? 0,
                    level: (refusal.price ?? 0) > 0 ? "warning" : "note",
                    message: Message(text: ReportSARIF.message(refusal, of: unit.unit)),
                    locations: [ReportSARIF.location(refusal.directive, unit)],
                    partialFingerprints: [
                        "restriction/v1": "\(unit.unit) \(refusal.restriction)"
                    ],
                    properties: Properties(
                        restriction: refusal.restriction, conflict: refusal.conflict,
                        trial: refusal.trial, evidence: refusal.evidence, advice: refusal.advice))
            }
        }
        let ways = ReportSARIF.waysOut(of: report, after: names.count)
        let driver = Driver(version: report.temper, rules: rules + ways.rules)
        runs = [Run(tool: ["driver": driver], results: results + ways.results)]
    }

    /// A rule and results for each way out that is open; the rules follow so many others.
    private static func waysOut(
        of report: Report, after count: Int
    ) -> (rules: [Rule], results: [Result]) {
        let open = report.units.flatMap { unit in
            (unit.result.waysOut?.open ?? []).map { (unit: unit, way: $0) }
        }
        let rows = WayOut.all.filter { row in open.contains { $0.way.way == row.id } }
        let rules = rows.map { row in
            let closers = row.closedBy.joined(separator: ", ")
            return Rule(
                id: "way-out/\(row.id)", shortDescription: Message(text: row.name),
                fullDescription: Message(text: "\(row.name): \(row.gain.leadsTo)"),
                help: Message(text: "Closed by any of \(closers)."))
        }
        let results = open.map { unit, way in
            Result(
                ruleId: "way-out/\(way.way)",
                ruleIndex: count + (rows.firstIndex { $0.id == way.way } ?? 0),
                level: way.gain == .root ? "error" : "warning",
                message: Message(
                    text:
                        "A way out of \(unit.unit) is open, which \(way.gain.leadsTo): \(way.what) ("
                        + "\(way.targets.joined(separator: " "))). \(way.because ?? "")"),
                locations: [location("way-out/\(way.way)", unit)],
                partialFingerprints: ["wayOut/v1": "\(unit.unit) \(way.way)"], properties: nil)
        }
        return (rules, results)
    }

    private static func message(_ refusal: RefusedRestriction, of unit: String) -> String {
        let others = refusal.conflict.filter { $0 != refusal.restriction }
        let together = others.isEmpty ? "" : " together with \(others.joined(separator: ", "))"
        let cause = refusal.cause?.text ?? refusal.because
        let advice = refusal.advice.first.map {
            " \($0.text): \(Words.lines($0.settings)) (\($0.standing))."
        }
        return "\(unit) fails under \(refusal.restriction)\(together): \(cause)."
            + (advice ?? "")
    }

    private static func location(_ name: String, _ unit: UnitReport) -> Location {
        Location(
            physicalLocation: unit.unitFiles.first.map {
                PhysicalLocation(artifactLocation: ["uri": ReportSARIF.uri($0)])
            },
            logicalLocations: [
                ["fullyQualifiedName": "\(unit.unit)/\(name)", "kind": "object"]
            ])
    }

    /// A relative reference (RFC 3986): bytes that are no path characters are escaped.
    private static func uri(_ path: String) -> String {
        path.drop { $0 == "/" }.utf8.reduce(into: "") { result, byte in
            let character = Character(UnicodeScalar(byte))
            let isPlain =
                byte < 0x80
                && (character.isLetter || character.isNumber || "/-._~@:+".contains(character))
            if isPlain {
                result.append(character)
            } else {
                result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
    }
}
