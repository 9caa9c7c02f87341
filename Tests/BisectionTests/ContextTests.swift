import Bisection
import TemperTesting
import Testing

@Suite("Items that pass only on top of others") struct ContextTests {
    /// Item 3 fails unless item 5 is on.
    func works(_ configuration: ItemSet) -> Bool {
        !configuration.contains(3) || configuration.contains(5)
    }

    func finding(isContextual: Bool) throws -> (SearchResult, questions: Int) {
        let space = try SearchSpace(
            items: (0..<12).map { item in
                // Likely to break, so that it is tried by itself.
                Item(
                    chance: .independent(item == 3 ? 0.9 : 0.02),
                    isContextual: item == 3 && isContextual)
            }, families: [])
        var search = Search(space)
        var count = 0
        while true {
            switch search.nextRound() {
            case .ask(let questions):
                for question in questions {
                    count += 1
                    search.learn(
                        works(question.configuration) ? .passed : .failed, to: question)
                }
            case .finished(let finding): return (finding, count)
            }
        }
    }

    @Test("are found, and told as the surprise that they are")
    func found() throws {
        let (finding, _) = try finding(isContextual: true)
        #expect(finding.accepted == ItemSet(0..<12))
        #expect(finding.surprises.count == 1)
    }

    @Test("are asked about once more only where that is known of them")
    func cost() throws {
        let (finding, questions) = try finding(isContextual: false)
        #expect(finding.refusals.map(\.item) == [3])
        #expect(questions < (try self.finding(isContextual: true)).questions)
    }

    @Test("are suspected first of failing together with another")
    func partners() throws {
        func trials(isContextual: Bool, seed: Int) throws -> Int {
            var dice = SplitMix64(case: seed)
            let pair = ItemSet(Array(0..<100).shuffled(using: &dice).prefix(2))
            let items = (0..<100).map {
                Item(chance: .independent(0.01), isContextual: isContextual && $0 == pair.first)
            }
            var interview = Interview(Search(try SearchSpace(items: items)))
            interview.run(PlantedConflicts(space: try SearchSpace(items: items), conflicts: [pair]))
            #expect(interview.finding?.conflicts.map(\.items) == [pair])
            return interview.answers.count
        }
        let seeds = 0..<40
        let (told, untold) = try seeds.reduce(into: (0, 0)) { sum, seed in
            sum.0 += try trials(isContextual: true, seed: seed)
            sum.1 += try trials(isContextual: false, seed: seed)
        }
        #expect(told + 2 * seeds.count < untold)
    }
}
