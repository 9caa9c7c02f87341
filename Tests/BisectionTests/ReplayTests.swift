import Bisection
import TemperTesting
import Testing

@Suite struct `Replay` {
    @Test(arguments: 0..<200) func `the same answers rebuild the same search`(seed: Int) {
        let planted = PlantedConflicts.random(seed: seed)
        var dice = SplitMix64(case: seed)
        var search = Search(planted.space, options: Options(naming: 0.5))
        var record: [(Question, Answer, [CulpritHint])] = []
        var rounds: [Round] = []
        while case .ask(let questions) = search.nextRound() {
            for question in questions {
                let answer: Answer = planted.works(question.configuration) ? .passed : .failed
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
        var again = Search(planted.space, options: Options(naming: 0.5))
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
        let planted = PlantedConflicts.random(seed: seed)
        var dice = SplitMix64(case: seed)
        var search = Search(planted.space)
        for _ in 0..<12 {
            let some = ItemSet((0..<24).filter { _ in dice.happens(0.4) })
            let question = Question(planted.space.downward(some), for: .verify)
            search.learn(planted.works(question.configuration) ? .passed : .failed, to: question)
        }
        var interview = Interview(search)
        interview.run(planted)
        let finding = try #require(interview.finding)
        #expect(finding.ending == .complete)
        #expect(finding.accepted == planted.best())
    }

    @Test(arguments: 0..<200) func `the result does not depend on the chances`(seed: Int) throws {
        let planted = PlantedConflicts.random(seed: seed)
        var items = planted.space.items
        let chances = items.map(\.chance).reversed()
        for (index, chance) in chances.enumerated() { items[index].chance = chance }
        let other = PlantedConflicts(
            space: try SearchSpace(items: items, families: planted.space.families),
            conflicts: planted.conflicts)
        var one = Interview(Search(planted.space))
        one.run(planted)
        var two = Interview(Search(other.space))
        two.run(other, width: 3)
        #expect(one.finding?.accepted == two.finding?.accepted)
    }
}
