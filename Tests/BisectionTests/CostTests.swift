import Bisection
import TemperTesting
import Testing

/// What the search costs where its chances are right.
@Suite struct `Cost` {
    /// A space with families and ladders, and what breaks in it, drawn from the chances.
    private struct Draw {
        let space: SearchSpace
        let culprits: ItemSet
        /// The surprise of the culprits, in bits.
        let bits: Double
    }

    private func draw(seed: Int) throws -> Draw {
        var dice = SplitMix64(case: seed)
        let families = (0..<8).map { _ in Double.random(in: 0.02...0.4, using: &dice) }
        let rates = (0..<60).map { _ in
            (
                family: Int.random(in: 0..<8, using: &dice),
                hot: Double.random(in: 0.1...0.9, using: &dice)
            )
        }
        let cold = 0.004
        let items = rates.enumerated().map { index, rate in
            Item(
                requires: index % 4 == 1 ? [index - 1] : [],
                chance: .family(rate.family, hot: rate.hot, cold: cold))
        }
        let space = try SearchSpace(items: items, families: families)
        let hot = families.map { dice.happens($0) }
        let breaking = ItemSet(
            space.all.filter { dice.happens(hot[rates[$0].family] ? rates[$0].hot : cold) })
        let culprits = ItemSet(
            breaking.filter { space.below[$0].intersection(breaking).count == 1 })
        let blocked = space.upward(culprits).subtracting(culprits)
        var bits = 0.0
        for family in families.indices {
            var (ifHot, ifCold) = (families[family], 1 - families[family])
            for item in space.all.subtracting(blocked) where rates[item].family == family {
                ifHot *= culprits.contains(item) ? rates[item].hot : 1 - rates[item].hot
                ifCold *= culprits.contains(item) ? cold : 1 - cold
            }
            bits -= log2(ifHot + ifCold)
        }
        return Draw(space: space, culprits: culprits, bits: bits)
    }

    /// By counting halvings; the precision of a bound.
    private func log2(_ value: Double) -> Double {
        var (value, result, step) = (value, 0.0, 1.0)
        while value < 1 { (value, result) = (value * 2, result - 1) }
        for _ in 0..<30 {
            (value, step) = (value * value, step / 2)
            if value >= 2 { (value, result) = (value / 2, result + step) }
        }
        return result
    }

    private func trials(_ draw: Draw, _ rigor: Options.Rigor, width: Int = 1) -> Interview {
        var interview = Interview(Search(draw.space, options: Options(rigor: rigor)))
        interview.run(
            width: width,
            answering: { $0.configuration.isDisjoint(with: draw.culprits) ? .passed : .failed })
        return interview
    }

    @Test(arguments: [(Options.Rigor.maximal, 2.0), (.proof, 3.0)])
    func `trials are at most the bits and a few for each culprit`(
        rigor: Options.Rigor, each: Double
    ) throws {
        var over: [Int] = []
        var bits = 0.0
        var count = 0
        for seed in 0..<500 {
            let draw = try draw(seed: seed)
            let needed = trials(draw, rigor).answers.count
            bits += draw.bits
            count += needed
            let bound = draw.bits + each * Double(draw.culprits.count + 1)
            if Double(needed) > bound { over.append(seed) }
        }
        #expect(over == [])
        #expect(Double(count) < (rigor == .proof ? 1.22 : 1.10) * bits + 500)
    }

    @Test func `rounds of four take less than half as many rounds`() throws {
        var (alone, abreast) = (0, 0)
        for seed in 0..<200 {
            let draw = try draw(seed: seed)
            alone += trials(draw, .maximal).rounds
            abreast += trials(draw, .maximal, width: 4).rounds
        }
        #expect(abreast * 2 < alone)
    }

    @Test func `names of culprits save trials, wrong ones cost no correctness`() throws {
        var (plain, told) = (0, 0)
        for seed in 0..<200 {
            let draw = try draw(seed: seed)
            var dice = SplitMix64(case: seed)
            plain += trials(draw, .proof).answers.count
            var search = Search(draw.space, options: Options(naming: 0.8))
            while case .ask(let questions) = search.nextRound() {
                for question in questions {
                    told += 1
                    let blamed = question.configuration.intersection(draw.culprits)
                    let pool = dice.happens(0.05) ? question.configuration : blamed
                    let name = Array(pool).randomElement(using: &dice)
                    search.learn(
                        blamed.isEmpty ? .passed : .failed, to: question,
                        evidence: name.map { [CulpritHint(suspects: [$0])] } ?? [])
                }
            }
            let expected = draw.space.all.subtracting(draw.space.upward(draw.culprits))
            #expect(search.best == expected)
        }
        #expect(Double(told) < 0.9 * Double(plain))
    }

    @Test func `where names were expected and never come, half more trials are needed`() throws {
        var (plain, silent) = (0, 0)
        for seed in 0..<200 {
            let draw = try draw(seed: seed)
            plain += trials(draw, .proof).answers.count
            var interview = Interview(Search(draw.space, options: Options(naming: 0.8)))
            interview.run(answering: {
                $0.configuration.isDisjoint(with: draw.culprits) ? .passed : .failed
            })
            silent += interview.answers.count
        }
        // Were every silence held against an item anew, it would be 2.6 times.
        #expect(Double(silent) < 1.5 * Double(plain))
    }

    @Test func `families of which nothing is known learn from each other`() throws {
        func trials(_ rate: Double?, hot families: Int) throws -> Int {
            let items = (0..<120).map { Item(chance: .family($0 / 4, hot: 0.5, cold: 0.01)) }
            let space = try SearchSpace(items: items, families: (0..<30).map { _ in rate })
            let culprits = ItemSet((0..<families).flatMap { [$0 * 4, $0 * 4 + 2] })
            var interview = Interview(Search(space, options: Options(rigor: .maximal)))
            interview.run(answering: {
                $0.configuration.isDisjoint(with: culprits) ? .passed : .failed
            })
            return interview.answers.count
        }
        // A guess of one in five is too high for a quiet service and too low for a busy one.
        #expect(try trials(nil, hot: 0) < trials(0.2, hot: 0))
        #expect(try trials(nil, hot: 15) < trials(0.2, hot: 15))
    }

    @Test func `suspecting the right items saves trials`() throws {
        var (plain, told) = (0, 0)
        for seed in 0..<200 {
            let draw = try draw(seed: seed)
            plain += trials(draw, .proof).answers.count
            var search = Search(draw.space)
            for item in draw.space.all {
                search.suspect(item, likelihoodRatio: draw.culprits.contains(item) ? 9 : 0.2)
            }
            var interview = Interview(search)
            interview.run(answering: {
                $0.configuration.isDisjoint(with: draw.culprits) ? .passed : .failed
            })
            told += interview.answers.count
        }
        #expect(Double(told) < 0.75 * Double(plain))
    }

    @Test func `the questions expected are about as many as come`() throws {
        var (expected, needed) = (0.0, 0)
        for seed in 0..<300 {
            let draw = try draw(seed: seed)
            expected += Search(draw.space).expectedQuestionsLeft
            let interview = trials(draw, .proof)
            needed += interview.answers.count
            #expect(interview.search.expectedQuestionsLeft == 0)
        }
        let ratio = expected / Double(needed)
        #expect(0.8 < ratio && ratio < 1.25)
    }
}
