import Hardening
import TemperTesting
import Testing

@testable import Trials

@Suite("What brings a suspicion is found by halving", Campaigns.oneAtATime)
struct MinimalCauseTests {
    let ids = (0..<120).map { "r\($0)" }

    /// Hunts for what shows when all of `cause` is taken; the set found and the questions.
    func hunt(
        _ cause: Set<String>, among taken: Set<String>, implied: [String: Set<String>] = [:],
        knowing: [Profile] = []
    ) -> (found: [String], questions: Int) {
        let profile = Profile(recorded: taken)
        var known = ([profile, .unrestricted] + knowing).map {
            MinimalCause.Sample(profile: $0, isSeen: cause.isSubset(of: $0.restrictions))
        }
        for questions in 0..<100 {
            switch MinimalCause(in: profile, implied: implied, samples: known).next {
            case .found(let found): return (found, questions)
            case .ask(let part):
                #expect(part.isAtMost(profile))
                for id in part.restrictions {
                    #expect((implied[id] ?? []).isSubset(of: part.restrictions))
                }
                known.append(
                    .init(profile: part, isSeen: cause.isSubset(of: part.restrictions)))
            }
        }
        Issue.record("no end in sight")
        return ([], 100)
    }

    @Test("the cause is found for any set, in about log2(n) questions for each of its members")
    func finds() {
        var random = SplitMix64(seed: 11)
        for _ in 0..<60 {
            let count = Int.random(in: 5...120, using: &random)
            let taken = Set(ids.shuffled(using: &random).prefix(count))
            let size = Int.random(in: 1...3, using: &random)
            let cause = Set(taken.shuffled(using: &random).prefix(size))
            let (found, questions) = hunt(cause, among: taken)
            #expect(Set(found) == cause)
            #expect(questions <= size * 8 + 1)
        }
    }

    @Test("parts that are asked for are whole: with each restriction all that it implies")
    func implications() {
        var random = SplitMix64(seed: 12)
        // Ladders of four.
        let implied = Dictionary(
            uniqueKeysWithValues: ids.indices.map { index in
                (ids[index], Set(ids[(index - index % 4)..<index]))
            })
        for _ in 0..<20 {
            let member = Int.random(in: 0..<120, using: &random)
            let (found, _) = hunt([ids[member]], among: Set(ids), implied: implied)
            #expect(found == [ids[member]])
        }
    }

    @Test("trials on record answer: with the right one nothing needs to be asked")
    func record() {
        let rest = Profile(recorded: Set(ids).subtracting(["r7"]))
        let alone = Profile(recorded: ["r7"])
        #expect(hunt(["r7"], among: Set(ids), knowing: [rest, alone]) == (["r7"], 0))
        // One trial more shows that it suffices alone.
        #expect(hunt(["r7"], among: Set(ids), knowing: [rest]) == (["r7"], 1))
    }

    @Test("what is seen without any restriction too has no cause")
    func byItself() {
        let profile = Profile(recorded: Set(ids))
        let hunt = MinimalCause(
            in: profile, implied: [:],
            samples: [
                .init(profile: profile, isSeen: true), .init(profile: .unrestricted, isSeen: true),
            ])
        #expect(hunt.next == .found([]))
    }
}
