/// A schema for people: a table of its keys in Markdown, the one that stands in the guide.
extension JSONSchema {
    /// Deeper keys follow the one that holds them: `refused[].trial`. What another schema defines
    /// is not told twice.
    public func table() throws -> String {
        let rows = try rows.map {
            "| `\($0.key)` | \($0.type) | \($0.meaning) |"
        }
        return (["| key | type | meaning |", "|---|---|---|"] + rows).joined(separator: "\n")
    }

    /// All keys that it tells of, as in the table.
    public func keys() throws -> Set<String> { Set(try rows.map(\.key)) }

    private var rows: [Row] { get throws { try rows(of: root, below: "") } }

    private struct Row {
        var key: String
        var type: String
        var meaning: String
    }

    private func rows(of schema: [String: Any], below place: String) throws -> [Row] {
        let required = schema["required"] as? [String] ?? []
        let members = schema["properties"] as? [String: [String: Any]] ?? [:]
        // Those that are always there come first, in the order in which the schema requires them.
        let names = required + members.keys.filter { !required.contains($0) }.sorted()
        return try names.flatMap { name in
            try rows(
                of: members[name] ?? [:], as: place + name, isRequired: required.contains(name))
        }
    }

    private func rows(
        of property: [String: Any], as key: String, isRequired: Bool
    ) throws -> [Row] {
        let isList = property["type"] as? String == "array"
        let element = isList ? property["items"] as? [String: Any] ?? [:] : property
        var (type, meaning) = (
            element["type"] as? String ?? "string", property["description"] as? String ?? ""
        )
        if let words = element["enum"] as? [String] {
            meaning = words.map { "`\($0)`" }.joined(separator: ", ") + ". " + meaning
        }
        var deeper: [Row] = []
        if let reference = element["$ref"] as? String {
            type = "object"
            if reference.hasPrefix("#") {
                deeper = try rows(
                    of: try target(of: reference).schema, below: key + (isList ? "[]." : "."))
            } else {
                let file = reference.prefix { $0 != "#" }
                meaning += " See `\(file.replacing("-1.schema.json", with: "/1"))`."
            }
        }
        if isList { type = "list of \(type)s" }
        return [Row(key: key, type: isRequired ? type : "\(type), or absent", meaning: meaning)]
            + deeper
    }
}
