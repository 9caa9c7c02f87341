extension Int {
    /// So many of them in English: `1 trial`, `2 trials`.
    ///
    /// - Parameter noun: of one; more take an s.
    public func counted(_ noun: String) -> String { "\(self) \(noun)\(self == 1 ? "" : "s")" }
}
