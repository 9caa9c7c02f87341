import Bisection
import Testing

@Suite struct `Replay` {
    @Test(arguments: 0..<200) func `the same answers rebuild the same search`(seed: Int) {
        let puzzle = PlantedConflicts.random(seed: seed)
        var dice = Dice(seed: seed)
        var search = Search(puzzle.space, options: Options(naming: 0.5))
        var record: [(Question, Answer, [CulpritHint])] = []
        var rounds: [Round] = []
        while case .ask(let questions) = search.nextRound() {
            for question in questions {
                let answer: Answer = puzzle.works(question.configuration) ? .passed : .failed
                let evidence =
                    dice.happens(0.5)
                    ? [
                        CulpritHint(
                            suspects: [Int.random(in: 0..<24, using: &dice)],
                            companions: [Int.random(in: 0..<24, using: &dice)])
                    ] : []
                search.learn(answer, to: question, evidence: evidence)
                record.append((question, answer, evidence))
                rounds.append(search.nextRound())
            }
        }
        var again = Search(puzzle.space, options: Options(naming: 0.5))
        for (index, entry) in record.enumerated() {
            #expect(again.nextRound() == .ask([entry.0]))
            again.learn(entry.1, to: entry.0, evidence: entry.2)
            #expect(again.nextRound() == rounds[index])
            #expect(again.best == again.resultSoFar.accepted)
        }
        #expect(again.resultSoFar == search.resultSoFar)
    }

    @Test(arguments: 0..<500) func `answers to other questions are harmless knowledge`(seed: Int)
        throws
    {
        let puzzle = PlantedConflicts.random(seed: seed)
        var dice = Dice(seed: seed)
        var search = Search(puzzle.space)
        for _ in 0..<12 {
            let some = ItemSet((0..<24).filter { _ in dice.happens(0.4) })
            let question = Question(puzzle.space.downward(some), for: .verify)
            search.learn(puzzle.works(question.configuration) ? .passed : .failed, to: question)
        }
        var interview = Interview(search)
        interview.run(puzzle)
        let finding = try #require(interview.finding)
        #expect(finding.ending == .complete)
        #expect(finding.accepted == puzzle.best())
    }

    @Test(arguments: 0..<200) func `the result does not depend on the chances`(seed: Int) throws {
        let puzzle = PlantedConflicts.random(seed: seed)
        var items = puzzle.space.items
        let chances = items.map(\.chance).reversed()
        for (index, chance) in chances.enumerated() { items[index].chance = chance }
        let other = PlantedConflicts(
            space: try SearchSpace(items: items, families: puzzle.space.families),
            conflicts: puzzle.conflicts)
        var one = Interview(Search(puzzle.space))
        one.run(puzzle)
        var two = Interview(Search(other.space))
        two.run(other, width: 3)
        #expect(one.finding?.accepted == two.finding?.accepted)
    }
}
