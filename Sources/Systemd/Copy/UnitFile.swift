import Trials

/// One file of a unit, the fragment or a drop-in, for what cannot be read over D-Bus.
public struct UnitFile: Hashable, Sendable {
    public var path: String
    public var text: String

    public init(path: String, text: String) {
        self.path = path
        self.text = text
    }

    /// One line `key=value`, with its section and with its continuation lines joined.
    public struct Assignment: Hashable, Sendable {
        public let section: String
        public let key: String
        public let value: String
    }

    /// The assignments in the order of the file, read as systemd.syntax(7) has it: a line that
    /// ends in a backslash goes on in the next one, comments in between are left out.
    public var assignments: [Assignment] {
        var result: [Assignment] = []
        var section = ""
        var pending = ""
        for line in text.unitFileLines {
            let trimmed = line.trimmed
            if trimmed.hasPrefix("#") || trimmed.hasPrefix(";") { continue }
            if trimmed.hasSuffix("\\") {
                pending += trimmed.dropLast() + " "
                continue
            }
            let whole = (pending + trimmed)[...].trimmed
            pending = ""
            if whole.hasPrefix("["), whole.hasSuffix("]") {
                section = String(whole.dropFirst().dropLast())
            } else if let equals = whole.firstIndex(of: "=") {
                result.append(
                    Assignment(
                        section: section, key: String(whole[..<equals].trimmed),
                        value: String(whole[whole.index(after: equals)...].trimmed)))
            }
        }
        return result
    }
}

extension Substring {
    /// Without the white space at both ends.
    var trimmed: Substring {
        let head = drop(while: \.isWhitespace)
        guard let last = head.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return head[...last]
    }
}

extension [UnitFile] {
    /// What was assigned to a key since it was last reset by an empty assignment.
    func values(of key: String, in section: String = "Service") -> [String] {
        lazy.flatMap(\.assignments).filter { $0.key == key && $0.section == section }
            .reduce(into: []) { values, assignment in
                if assignment.value.isEmpty { values = [] } else { values.append(assignment.value) }
            }
    }
}
