extension String {
    /// Without the passwords of the URLs in it (RFC 3986, 3.2.1): `http://mona:[password]@host/`.
    public var withoutPasswords: String {
        passwords.reversed().reduce(into: self) { text, password in
            text.replaceSubrange(password, with: "[password]")
        }
    }

    /// Where each of them stands, the first first.
    var passwords: [Range<Index>] {
        var found: [Range<Index>] = []
        var start = startIndex
        while let scheme = self[start...].firstRange(of: "://") {
            start = scheme.upperBound
            let authority = self[start...].prefix {
                !$0.isWhitespace && !"/?#'\"`<>|;".contains($0)
            }
            guard let at = authority.lastIndex(of: "@"),
                let colon = authority[..<at].firstIndex(of: ":"), index(after: colon) < at
            else { continue }
            found.append(index(after: colon)..<at)
        }
        return found
    }
}

extension Plan {
    /// The passwords in the URLs of what it does, so that nobody says them aloud.
    public var secrets: [Redaction.Secret] {
        (probes.map(\.line) + preparations + beforeStart).flatMap { line in
            line.passwords.map { Redaction.Secret(origin: "password", value: String(line[$0])) }
        }
    }
}
