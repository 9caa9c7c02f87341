extension String {
    /// As one word of a POSIX shell; as it is where that needs no quotes.
    public var shellQuoted: String {
        let plain = "/._-+@,:=%~"
        let isPlain =
            !isEmpty
            && allSatisfy {
                $0.isASCII && ($0.isLetter || $0.isNumber || plain.contains($0))
            } && first != "~"
        return isPlain ? self : "'\(replacing("'", with: "'\\''"))'"
    }
}
