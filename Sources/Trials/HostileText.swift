/// Text that a service, a tree, a log or a record chose. Whoever shows it escapes it for where it
/// goes: here for a terminal, and for a record.
extension Unicode.Scalar {
    /// Whether it commands whoever shows it, or hides something from whoever reads it, instead of
    /// being shown: the controls C0 and C1, DEL, those of bidirectional text (Unicode's annex 9),
    /// separators of lines and paragraphs, blanks without width, and tags.
    package var isCommand: Bool {
        switch value {
        case 0..<0x20, 0x7f..<0xa0, 0x61c, 0x200b, 0x200e, 0x200f, 0x2028...0x202e, 0x2060...0x206f,
            0xfeff, 0xfff9...0xfffb, 0xe0000...0xe007f:
            true
        default: false
        }
    }

    /// Whether it makes one character with the one before it (Unicode's annex 29).
    fileprivate var isJoined: Bool {
        properties.isGraphemeExtend || properties.isEmojiModifier || self == "\u{200d}"
            || properties.generalCategory == .spacingMark
    }

    /// Such as `\u{1b}`.
    fileprivate var escaped: String { "\\u{\(String(value, radix: 16))}" }
}

extension String {
    /// For a terminal: what would command it is written out.
    ///
    /// - Parameter kept: what stands for itself.
    package func visible(keeping kept: Set<Unicode.Scalar> = ["\n", "\t"]) -> String {
        func isEscaped(_ scalar: Unicode.Scalar) -> Bool {
            scalar.isCommand && !kept.contains(scalar)
        }
        guard unicodeScalars.contains(where: isEscaped) else { return self }
        return unicodeScalars.reduce(into: "") { text, scalar in
            if isEscaped(scalar) {
                text += scalar.escaped
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
    }

    /// As a value of a record, which is one line of a unit file: read back with `readFromRecord` it is
    /// the same. Only what such a line cannot hold is written otherwise.
    var inRecord: String {
        let scalars = Array(unicodeScalars)
        return scalars.indices.reduce(into: "") { text, index in
            let scalar = scalars[index]
            let isAtEdge = index == 0 || index == scalars.count - 1
            // It would make one character with what separates name and value, or be trimmed with it.
            let joins =
                scalar.isJoined && (index == 0 || scalars[index - 1].properties.isWhitespace)
            let startsEscape =
                scalar == "\\" && (index + 1 == scalars.count || scalars[index + 1] == "u")
            if scalar.isCommand || startsEscape || joins
                || isAtEdge && scalar.properties.isWhitespace
            {
                text += scalar.escaped
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
    }

    /// What `inRecord` was made of. A path with a backslash that an older record has stays as it is.
    var readFromRecord: String {
        var text = ""
        var rest = self[...].unicodeScalars
        while let start = rest.firstIndex(of: "\\") {
            text.unicodeScalars += rest[..<start]
            rest = rest[start...]
            let digits = rest.dropFirst(3).prefix { $0.properties.isHexDigit && $0.isASCII }
            let after = digits.endIndex
            if rest.starts(with: "\\u{".unicodeScalars), after < rest.endIndex, rest[after] == "}",
                let scalar = UInt32(String(digits), radix: 16).flatMap(Unicode.Scalar.init)
            {
                text.unicodeScalars.append(scalar)
                rest = rest[rest.index(after: after)...]
            } else {
                text.unicodeScalars.append("\\")
                rest = rest.dropFirst()
            }
        }
        text.unicodeScalars += rest
        return text
    }
}
