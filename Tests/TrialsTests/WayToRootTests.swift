import Bisection
import Hardening
import TemperTesting
import Testing

@testable import Trials

@Suite("Closing a way to root outweighs exposure") struct WayToRootTests {
    private static let problem = Result {
        let bare = HardeningSubject(Sandbox(), dialect: Dialect(version: 257, calls: [:]))
        return try SearchProblem(bare, offer: Offer(of: bare))
    }

    @Test("where either of two can be had, it is the one that closes", arguments: 0..<40)
    func wins(seed: Int) throws {
        let problem = try Self.problem.get()
        let space = problem.space
        let restrictions = problem.offer.restrictions
        var dice = SplitMix64(seed: UInt64(seed))
        let closing = restrictions.indices.filter { restrictions[$0].closesWayToRoot }
        let one = try #require(closing.randomElement(using: &dice))
        // A few that cannot be had beside it, together worth more exposure than any one.
        let others = restrictions.indices.filter { !restrictions[$0].closesWayToRoot }
            .shuffled(using: &dice).prefix(seed % 5 + 1)
        let conflicts = others.map { ItemSet([one, $0]) }
        var search = Search(space)
        while case .ask(let questions) = search.nextRound() {
            for question in questions {
                let fails = conflicts.contains { $0.isSubset(of: question.configuration) }
                search.learn(fails ? .failed : .passed, to: question)
            }
        }
        let accepted = search.resultSoFar.accepted
        for other in others {
            #expect(!accepted.contains(other), "\(restrictions[other].id)")
        }
        #expect(accepted.contains(one), "\(restrictions[one].id)")
        #expect(closing.allSatisfy(accepted.contains))
    }
}
