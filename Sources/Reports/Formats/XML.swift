/// Text in XML and HTML.
enum XML {
    /// With markup escaped. What XML 1.0 cannot hold, not even escaped (its production `Char`),
    /// becomes U+FFFD, and so does DEL, which HTML cannot hold.
    static func text(_ text: String) -> String { escaped(text, endOfLine: "\n", tab: "\t") }

    /// The same for the value of an attribute, in which a reader makes blanks of line ends and tabs.
    static func attribute(_ text: String) -> String {
        escaped(text, endOfLine: "&#10;", tab: "&#9;")
    }

    private static func escaped(_ text: String, endOfLine: String, tab: String) -> String {
        text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\n": result += endOfLine
            case "\t": result += tab
            // A reader would make a line end of it.
            case "\r": result += "&#13;"
            case _ where scalar.value < 0x20, "\u{7f}", "\u{fffe}", "\u{ffff}":
                result += "\u{fffd}"
            default: result.unicodeScalars.append(scalar)
            }
        }
    }
}
