import Bisection
import TemperTesting

extension SplitMix64 {
    /// The numbers of a seed that a failure message tells; seeds in a row are made far apart.
    init(case seed: Int) {
        self.init(seed: UInt64(truncatingIfNeeded: seed) &* 0x2545_F491_4F6C_DD1D &+ 1)
    }
}

/// A space with planted conflicts: what the search must find out.
struct PlantedConflicts {
    let space: SearchSpace
    let conflicts: [ItemSet]

    func works(_ configuration: ItemSet) -> Bool {
        !conflicts.contains { $0.isSubset(of: configuration) }
    }

    /// Random items on random ladders and with random implications, some in families; conflicts
    /// of one to four items.
    static func random(seed: Int, items count: Int = 24) -> PlantedConflicts {
        var dice = SplitMix64(case: seed)
        let families = (0..<4).map { _ in Double.random(in: 0.05...0.5, using: &dice) }
        let items = (0..<count).map { index in
            var requires: [Int] = []
            while index > 0, requires.count < 2, dice.happens(0.25) {
                requires.append(Int.random(in: 0..<index, using: &dice))
            }
            let rate = Double.random(in: 0.005...0.7, using: &dice)
            let chances = [
                Chance.unknown, .independent(rate),
                .family(Int.random(in: 0..<4, using: &dice), hot: rate, cold: rate / 20),
            ]
            return Item(
                weight: Int.random(in: 0...4, using: &dice), requires: requires,
                chance: chances.randomElement(using: &dice)!)
        }
        let conflicts = (0..<Int.random(in: 0...6, using: &dice)).map { _ in
            let size = [1, 1, 1, 2, 2, 3, 4].randomElement(using: &dice)!
            return ItemSet((0..<size).map { _ in Int.random(in: 0..<count, using: &dice) })
        }
        do {
            return PlantedConflicts(
                space: try SearchSpace(items: items, families: families), conflicts: conflicts)
        } catch {
            preconditionFailure("\(error)")
        }
    }

    /// The best working configuration, by trying every way out of every conflict.
    func best() -> ItemSet {
        var best = ItemSet()
        func leave(_ conflicts: ArraySlice<ItemSet>, without dropped: ItemSet) {
            guard let conflict = conflicts.first else {
                let rest = space.all.subtracting(dropped)
                if space.outranks(rest, best) { best = rest }
                return
            }
            if !conflict.isDisjoint(with: dropped) {
                return leave(conflicts.dropFirst(), without: dropped)
            }
            for item in conflict {
                leave(conflicts.dropFirst(), without: dropped.union(space.above[item]))
            }
        }
        leave(conflicts[...], without: .empty)
        return best
    }
}

/// Asks a simulated oracle all that a search wants to know.
struct Interview {
    var search: Search
    private(set) var answers: [(question: Question, answer: Answer)] = []
    private(set) var rounds = 0
    private(set) var finding: SearchResult?

    init(_ search: Search) { self.search = search }

    /// Ends early, without a finding, after so many answers.
    mutating func run(
        width: Int = 1, limit: Int = 2000, answering: (Question) -> Answer,
        watching: (Search) -> Void = { _ in }
    ) {
        while answers.count < limit {
            switch search.nextRound(upTo: width) {
            case .finished(let finding):
                self.finding = finding
                return
            case .ask(let questions):
                rounds += 1
                for question in questions {
                    let answer = answering(question)
                    answers.append((question, answer))
                    search.learn(answer, to: question)
                }
                watching(search)
            }
        }
    }

    mutating func run(_ planted: PlantedConflicts, width: Int = 1) {
        run(width: width, answering: { planted.works($0.configuration) ? .passed : .failed })
    }
}
