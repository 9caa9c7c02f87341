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

    /// The assignments in the order of the file.
    public var assignments: [Assignment] {
        var section = ""
        return UnitFileLine.all(in: text).compactMap { line in
            if line.isHeader { section = String(line.text.dropFirst().dropLast()) }
            guard !line.isHeader, let (key, value) = line.assignment else { return nil }
            return Assignment(section: section, key: key, value: value)
        }
    }
}

extension [UnitFile] {
    /// The settings that are assigned anything, if it is nothing.
    public var assignedSettings: Set<String> {
        Set(lazy.flatMap(\.assignments).filter { $0.section == "Service" }.map(\.key))
    }

    /// What was assigned to a key since it was last reset by an empty assignment.
    func values(of key: String, in section: String = "Service") -> [String] {
        lazy.flatMap(\.assignments).filter { $0.key == key && $0.section == section }
            .reduce(into: []) { values, assignment in
                if assignment.value.isEmpty { values = [] } else { values.append(assignment.value) }
            }
    }
}
