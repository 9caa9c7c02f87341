/// One line of a unit file, drop-in or plan that says something, read as systemd.syntax(7) has it
/// and as systemd 252 was seen to do: continuation lines joined, comments and empty lines left out.
package struct UnitFileLine: Hashable, Sendable {
    /// Where it begins, from 1.
    package let number: Int
    /// Where its last continuation line is.
    package let lastNumber: Int
    /// Without white space at its ends; never empty.
    package let text: String

    /// Also one whose bracket is not closed: systemd reads nothing behind it.
    package var isHeader: Bool { text.hasPrefix("[") }

    /// What stands before and after the first `=`, without white space around it.
    package var assignment: (name: String, value: String)? {
        guard let equals = text.firstIndex(of: "=") else { return nil }
        return (text[..<equals].trimmed, text[text.index(after: equals)...].trimmed)
    }

    package static func all(in text: String) -> [UnitFileLine] {
        var lines: [UnitFileLine] = []
        var begun: (number: Int, last: Int, text: String)?
        func end() {
            if let begun, case let whole = begun.text.trimmed, !whole.isEmpty {
                lines.append(
                    UnitFileLine(number: begun.number, lastNumber: begun.last, text: whole))
            }
            begun = nil
        }
        for (index, raw) in text.unitFileLines.enumerated() {
            let line = raw.trimmed
            if line.hasPrefix("#") || line.hasPrefix(";") { continue }
            // Two backslashes are one that is meant, and white space behind one ends the line.
            let goesOn = raw.reversed().prefix { $0 == "\\" }.count % 2 == 1
            let before = begun?.text ?? ""
            begun = (
                begun?.number ?? index + 1, index + 1,
                before + (goesOn ? line.dropLast() + " " : line)
            )
            if !goesOn { end() }
        }
        // A file may end in a backslash: the line still counts.
        end()
        return lines
    }
}
