import Foundation

/// As much of JSON Schema 2020-12 as the published schemas use; a keyword that it does not know is
/// a flaw of the schema.
struct JSONSchema {
    private let root: [String: Any]

    /// - Parameter file: below the top of the repository.
    init(file: String) throws {
        let top = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let data = try Data(contentsOf: top.appending(path: file))
        root = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
    }

    /// Each place where a document does not keep to it.
    func flaws(in data: Data) throws -> [String] {
        flaws(try JSONSerialization.jsonObject(with: data), root, "$")
    }

    private func flaws(_ value: Any, _ schema: [String: Any], _ place: String) -> [String] {
        schema.sorted { $0.key < $1.key }.flatMap { keyword, rule -> [String] in
            switch keyword {
            case "$schema", "$id", "title", "description", "$defs": return []
            case "$ref":
                let name = (rule as? String)?.split(separator: "/").last.map(String.init) ?? ""
                let definitions = root["$defs"] as? [String: [String: Any]] ?? [:]
                guard let definition = definitions[name] else { return ["no definition \(name)"] }
                return flaws(value, definition, place)
            case "type": return isOf(rule as? String, value) ? [] : ["\(place): no \(rule)"]
            case "const": return "\(value)" == "\(rule)" ? [] : ["\(place): not \(rule)"]
            case "enum":
                let words = rule as? [String] ?? []
                return words.contains(value as? String ?? "") ? [] : ["\(place): \(value)"]
            case "pattern":
                let text = value as? String ?? ""
                let found = text.range(of: rule as? String ?? "", options: .regularExpression)
                return found != nil ? [] : ["\(place): \(text)"]
            case "minimum":
                return number(value) >= number(rule) ? [] : ["\(place): \(value) is too small"]
            case "maximum":
                return number(value) <= number(rule) ? [] : ["\(place): \(value) is too large"]
            case "minItems":
                let count = (value as? [Any])?.count ?? 0
                return Double(count) >= number(rule) ? [] : ["\(place): \(count) items"]
            case "required":
                let keys = (value as? [String: Any] ?? [:]).keys
                return (rule as? [String] ?? []).filter { !keys.contains($0) }
                    .map { "\(place): lacks \($0)" }
            case "properties":
                let members = value as? [String: Any] ?? [:]
                return (rule as? [String: [String: Any]] ?? [:]).flatMap { name, schema in
                    members[name].map { flaws($0, schema, "\(place).\(name)") } ?? []
                }
            case "items":
                let schema = rule as? [String: Any] ?? [:]
                return (value as? [Any] ?? []).enumerated().flatMap {
                    flaws($0.element, schema, "\(place)[\($0.offset)]")
                }
            default: return ["the schema has a keyword \(keyword) that is not known here"]
            }
        }
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
