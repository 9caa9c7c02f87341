import Bisection
import Testing

/// What a search says beforehand of its end.
@Suite struct `Foresight` {
    @Test func `It foresees most ends a few questions before them, and its own end exactly`() {
        var (foreseen, right, ends) = (0, 0, 0)
        for seed in 0..<300 {
            let planted = PlantedConflicts.random(seed: seed)
            var interview = Interview(Search(planted.space, options: Options(rigor: .proof)))
            var said: [(after: Int, result: ItemSet)] = []
            var asked = 0
            interview.run(
                answering: { planted.works($0.configuration) ? .passed : .failed },
                watching: { search in
                    asked += 1
                    if let result = search.likelyResult(within: 3) {
                        #expect(planted.space.isConfiguration(result), "seed \(seed)")
                        said.append((asked, result))
                    }
                })
            let end = interview.finding?.accepted
            #expect(interview.search.likelyResult(within: 0) == end, "seed \(seed)")
            let early = said.filter { $0.after < interview.answers.count }
            foreseen += early.count
            right += early.count { $0.result == end }
            ends += early.contains { $0.result == end } ? 1 : 0
        }
        print("foreseen \(foreseen) times, \(right) of them right; \(ends) of 300 ends")
        #expect(Double(right) > 0.7 * Double(foreseen))
        #expect(ends > 150)
    }

    @Test func `Far from its end it foresees nothing`() throws {
        let items = (0..<24).map { _ in Item(weight: 1, chance: .independent(0.5)) }
        let search = Search(try SearchSpace(items: items))
        #expect(search.likelyResult(within: 3) == nil)
        #expect(search.likelyResult(within: 0) == nil)
    }
}
