import Hardening
import Trials

/// A report as a log of SARIF 2.1.0 (OASIS, "Static Analysis Results Interchange Format"): a rule
/// for each directive that was refused, a result for each refused restriction.
public struct ReportSARIF: Hashable, Codable, Sendable {
    public var version = "2.1.0"
    public var schema = "https://json.schemastore.org/sarif-2.1.0.json"
    public var runs: [Run]

    enum CodingKeys: String, CodingKey {
        case version, runs
        case schema = "$schema"
    }

    public struct Run: Hashable, Codable, Sendable {
        public var tool: Tool
        public var results: [Result]
        public var columnKind = "utf16CodeUnits"
    }

    public struct Tool: Hashable, Codable, Sendable { public var driver: Driver }

    public struct Driver: Hashable, Codable, Sendable {
        public var name = "temper"
        public var version: String
        public var rules: [Rule]
    }

    public struct Rule: Hashable, Codable, Sendable {
        public var id: String
        public var shortDescription: Message
        public var fullDescription: Message
        public var help: Message
    }

    public struct Message: Hashable, Codable, Sendable { public var text: String }

    public struct Result: Hashable, Codable, Sendable {
        public var ruleId: String
        public var ruleIndex: Int
        /// `warning` where the refusal costs exposure, else `note`.
        public var level: String
        public var message: Message
        public var locations: [Location]
        /// So that the same refusal is known again in a later run.
        public var partialFingerprints: [String: String]
        public var properties: Properties
    }

    public struct Properties: Hashable, Codable, Sendable {
        public var restriction: String
        public var conflict: [String]
        public var trial: Int
        public var evidence: [Evidence]
        public var advice: [Advice]
    }

    public struct Location: Hashable, Codable, Sendable {
        public var physicalLocation: PhysicalLocation?
        public var logicalLocations: [LogicalLocation]
    }

    public struct PhysicalLocation: Hashable, Codable, Sendable {
        public var artifactLocation: ArtifactLocation
        public var region: Region
    }

    public struct ArtifactLocation: Hashable, Codable, Sendable {
        /// Relative to the root of the machine.
        public var uri: String
    }

    public struct Region: Hashable, Codable, Sendable { public var startLine = 1 }

    public struct LogicalLocation: Hashable, Codable, Sendable {
        public var fullyQualifiedName: String
        public var kind = "object"
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
                    locations: [ReportSARIF.location(refusal, unit)],
                    partialFingerprints: [
                        "restriction/v1": "\(unit.unit) \(refusal.restriction)"
                    ],
                    properties: Properties(
                        restriction: refusal.restriction, conflict: refusal.conflict,
                        trial: refusal.trial, evidence: refusal.evidence, advice: refusal.advice))
            }
        }
        runs = [
            Run(
                tool: Tool(driver: Driver(version: report.temper, rules: rules)),
                results: results)
        ]
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

    private static func location(_ refusal: RefusedRestriction, _ unit: UnitReport) -> Location {
        Location(
            physicalLocation: unit.unitFiles.first.map { path in
                PhysicalLocation(
                    artifactLocation: ArtifactLocation(uri: ReportSARIF.uri(path)),
                    region: Region())
            },
            logicalLocations: [
                LogicalLocation(fullyQualifiedName: "\(unit.unit)/\(refusal.directive)")
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
