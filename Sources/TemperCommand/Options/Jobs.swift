/// How much is done side by side, `--jobs`.
enum Jobs {
    /// What is wrong with a number, or nil.
    ///
    /// - Parameter what: is done: `trials are made`.
    static func problem(_ jobs: Int, of what: String) -> String? {
        (1...16).contains(jobs) ? nil : "--jobs \(jobs): from 1 to 16 \(what) side by side"
    }
}
