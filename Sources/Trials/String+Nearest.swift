extension String {
    /// The one of `names` that was probably meant where this is none of them: the same but for the
    /// case of its letters, or with few of them wrong, missing or in another order. nil where
    /// nothing is near, so that nobody is led astray.
    package func nearest(of names: some Sequence<String>) -> String? {
        let mine = Array(lowercased())
        let most = Swift.min(3, mine.count / 4 + 1)
        return names.map { (name: $0, distance: mine.distance(to: Array($0.lowercased()))) }
            .filter { $0.distance <= most }
            .min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
    }

    /// `; did you mean X?` for the nearest of `names`, else what helps without one, if anything does.
    package func suggestion(
        of names: some Sequence<String>, _ suffix: String = "", orElse hint: String? = nil
    ) -> String {
        let words = nearest(of: names).map { "did you mean \($0)\(suffix)?" } ?? hint
        return words.map { "; \($0)" } ?? ""
    }
}

extension [Character] {
    /// How many characters have to be changed, added, taken away or exchanged with their neighbour
    /// (the distance of Damerau and Levenshtein, where nothing is changed twice).
    fileprivate func distance(to other: [Character]) -> Int {
        var (before, last) = ([Int](), Swift.Array(0...other.count))
        for (i, mine) in enumerated() {
            var row = [i + 1]
            for (j, theirs) in other.enumerated() {
                var best = Swift.min(
                    last[j] + (mine == theirs ? 0 : 1), last[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, mine == other[j - 1], self[i - 1] == theirs {
                    best = Swift.min(best, before[j - 1] + 1)
                }
                row.append(best)
            }
            (before, last) = (last, row)
        }
        return last[other.count]
    }
}
