extension StringProtocol {
    /// The lines of a text of the kernel or of a table: only a line feed ends one, whatever stands
    /// before it. By characters a carriage return and a line feed are one, and belong to a line of
    /// neither; a process may have the one in its name.
    package var lines: [SubSequence] {
        unicodeScalars.split(separator: "\n").map { self[$0.startIndex..<$0.endIndex] }
    }

    /// The lines of a unit file, empty ones too: as systemd reads them, a line feed, a carriage
    /// return, both, or a NUL ends one.
    package var unitFileLines: [SubSequence] {
        split(omittingEmptySubsequences: false) { character in
            ["\n", "\r\n", "\r", "\0"].contains(character)
        }
    }

    /// Without the white space at both ends.
    package var trimmed: String {
        guard let last = lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(self[...last].drop(while: \.isWhitespace))
    }
}
