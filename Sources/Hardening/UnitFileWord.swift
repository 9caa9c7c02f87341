/// Foreign text in a unit file: what is written here must be read by systemd as what it is, and as
/// nothing else. Paths are chosen by services, names by packages, and the file is root's.
enum UnitFileWord {
    /// One entry of a list such as `ReadWritePaths=`, or one argument of a command: quoted where it
    /// holds anything that separates or quotes, with specifiers doubled (systemd.syntax(7),
    /// systemd.unit(5)).
    ///
    /// - Parameter isArgument: of a command line, where `$` is a variable.
    /// - Returns: nil for what no unit file can say, such as a path with a line's end.
    static func quoted(_ text: String, isArgument: Bool = false) -> String? {
        guard isSayable(text) else { return nil }
        if text.utf8.allSatisfy(isPlain) { return text }
        var word = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\", "\"": word += "\\\(character)"
            case "%": word += "%%"
            case "$" where isArgument: word += "$$"
            default: word.unicodeScalars.append(character)
            }
        }
        return "\"\(word)\""
    }

    /// The whole value of a setting that takes no quotes, such as `User=`; nil for what would be
    /// read as something else.
    static func bare(_ text: String) -> String? {
        let isCalm = text.utf8.allSatisfy { isPlain($0) || $0 == 0x24 }
        return isCalm && isSayable(text) ? text : nil
    }

    /// A comment of one line, whatever is in it.
    static func comment(_ text: String) -> String {
        if text.isEmpty { return "#" }
        let calm = text.unicodeScalars.map { isControl($0) ? "?" : $0 }
        return "# " + String(String.UnicodeScalarView(calm))
    }

    /// Lines end at control characters, and systemd drops lines that hold others.
    private static func isSayable(_ text: String) -> Bool {
        !text.isEmpty && !text.unicodeScalars.contains(where: isControl)
    }

    private static func isControl(_ character: Unicode.Scalar) -> Bool {
        character.value < 0x20 || character.value == 0x7f
    }

    /// Letters, digits and the marks that mean nothing to systemd's reader of words. A prefix (`-`,
    /// `+`) and a separator (`:`) mean what they mean bare and quoted alike.
    private static func isPlain(_ byte: UInt8) -> Bool {
        let isLetter = (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
        return isLetter || (0x30...0x39).contains(byte) || "/._-+@,~=:".utf8.contains(byte)
    }
}
