extension String {
    /// At most so many characters, of whole words where one fits.
    public func shortened(to width: Int) -> String {
        guard count > width else { return self }
        let words = prefix(max(0, width - 1))
        let end = words.lastIndex(of: " ") ?? words.endIndex
        return "\(words[..<end])…"
    }
}
