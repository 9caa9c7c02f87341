public import Foundation

/// A published JSON schema, and as much of JSON Schema 2020-12 as those use. A keyword that it does
/// not know is a flaw of the schema.
public struct JSONSchema {
    /// All that are published: the names that stand in `schema`.
    public static let names = [
        "harden", "check", "report", "doctor", "escape", "probe", "history", "labs", "explain",
    ]
    .map { "temper.\($0)/1" }

    let root: [String: Any]

    /// - Parameter name: as it stands in a document's `schema`: `temper.harden/1`.
    /// - Throws: where there is no such file, or no JSON in it.
    public init(_ name: String) throws {
        try self.init(file: name.replacing("/", with: "-") + ".schema.json")
    }

    private init(file: String) throws {
        let top = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let data = try Data(contentsOf: top.appending(path: "Examples/Schemas/\(file)"))
        root = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
    }

    /// Each place where a document does not keep to the schema. Readers must expect keys that a
    /// schema does not have; what we print ourselves must have none, so such a key is a flaw.
    public func flaws(in data: Data) throws -> [String] {
        flaws(try JSONSerialization.jsonObject(with: data), root, "$")
    }

    /// What a `$ref` means, and the schema whose definitions hold in there.
    func target(of reference: String) throws -> (schema: [String: Any], home: JSONSchema) {
        let parts = reference.split(separator: "#", omittingEmptySubsequences: false)
        let home = parts[0].isEmpty ? self : try JSONSchema(file: String(parts[0]))
        guard parts.count == 2 else { return (home.root, home) }
        let name = parts[1].split(separator: "/").last.map(String.init) ?? ""
        let definitions = home.root["$defs"] as? [String: [String: Any]] ?? [:]
        guard let definition = definitions[name] else { throw UnknownReference(text: reference) }
        return (definition, home)
    }

    struct UnknownReference: Error { let text: String }
}

extension JSONSchema {
    private func flaws(_ value: Any, _ schema: [String: Any], _ place: String) -> [String] {
        schema.sorted { $0.key < $1.key }.flatMap { keyword, rule -> [String] in
            switch keyword {
            case "$schema", "$id", "title", "description", "$defs": []
            case "$ref": flawsOfReference(value, rule as? String ?? "", place)
            case "type": isOf(rule as? String, value) ? [] : ["\(place): no \(rule)"]
            case "const": "\(value)" == "\(rule)" ? [] : ["\(place): not \(rule)"]
            case "enum":
                (rule as? [String] ?? []).contains(value as? String ?? "")
                    ? [] : ["\(place): \(value)"]
            case "pattern": matches(value, rule) ? [] : ["\(place): \(value)"]
            case "minimum":
                number(value) >= number(rule) ? [] : ["\(place): \(value) is too small"]
            case "maximum":
                number(value) <= number(rule) ? [] : ["\(place): \(value) is too large"]
            case "minItems":
                Double((value as? [Any])?.count ?? 0) >= number(rule) ? [] : ["\(place): too few"]
            case "required":
                (rule as? [String] ?? []).filter { (value as? [String: Any])?[$0] == nil }
                    .map { "\(place): lacks \($0)" }
            case "properties": flawsOfMembers(value, rule, place)
            case "items":
                (value as? [Any] ?? []).enumerated().flatMap {
                    flaws($0.element, rule as? [String: Any] ?? [:], "\(place)[\($0.offset)]")
                }
            default: ["the schema has a keyword \(keyword) that is not known here"]
            }
        }
    }

    private func flawsOfReference(_ value: Any, _ reference: String, _ place: String) -> [String] {
        guard let (schema, home) = try? target(of: reference) else {
            return ["\(place): the schema refers to \(reference), and there is no such thing"]
        }
        return home.flaws(value, schema, place)
    }

    private func flawsOfMembers(_ value: Any, _ rule: Any, _ place: String) -> [String] {
        let known = rule as? [String: [String: Any]] ?? [:]
        return (value as? [String: Any] ?? [:]).sorted { $0.key < $1.key }.flatMap { name, member in
            known[name].map { flaws(member, $0, "\(place).\(name)") }
                ?? ["\(place): the schema has no \(name)"]
        }
    }

    private func matches(_ value: Any, _ pattern: Any) -> Bool {
        (value as? String ?? "").range(
            of: pattern as? String ?? "", options: .regularExpression) != nil
    }

    private func number(_ value: Any) -> Double { (value as? NSNumber)?.doubleValue ?? .nan }

    private func isOf(_ type: String?, _ value: Any) -> Bool {
        switch type {
        case "object": value is [String: Any]
        case "array": value is [Any]
        case "string": value is String
        case "boolean": value is Bool
        case "number": value is NSNumber
        case "integer":
            (value as? NSNumber).map { $0.doubleValue.rounded() == $0.doubleValue } ?? false
        default: false
        }
    }
}
