import Bisection
import Testing

/// What the search promises wherever answers are reliable and the problem is monotone, held
/// against random problems: conflicts of one to four items, ladders, implications, families.
@Suite struct `Guarantees` {
    /// One finished search of one oracle.
    struct Case {
        let planted: PlantedConflicts
        let interview: Interview
        let finding: SearchResult
        let rigor: Options.Rigor
    }

    typealias Promise = (name: String, isKept: @Sendable (Case) -> Bool)

    static let promises: [Promise] = [
        ("the search ends by itself", { $0.finding.ending == .complete }),
        (
            "nothing can be added to the result",
            { run in
                run.planted.space.all.subtracting(run.finding.accepted).allSatisfy { item in
                    let extended = run.finding.accepted.union([item])
                    return !run.planted.space.isConfiguration(extended)
                        || !run.planted.works(extended)
                }
            }
        ),
        (
            "exactly the result was seen to pass",
            { run in
                guard let witness = run.finding.verifiedBy else {
                    return run.finding.accepted.isEmpty
                }
                let (question, answer) = run.interview.answers[witness]
                return question.configuration == run.finding.accepted && answer == .passed
            }
        ),
        (
            "with proof the result is the best there is",
            { run in
                run.rigor == .maximal
                    || (run.finding.accepted == run.planted.best()
                        && run.finding.bound
                            == run.planted.space.weight(of: run.finding.accepted))
            }
        ),
        (
            "a refusal has a witness that differs from the result in that item only",
            { run in
                run.finding.refusals.allSatisfy { refusal in
                    guard let witness = refusal.witness else { return false }
                    let (question, answer) = run.interview.answers[witness]
                    let extra = question.configuration.subtracting(run.finding.accepted)
                    return answer == .failed && extra == [refusal.item]
                }
            }
        ),
        (
            "with proof every refusal names its conflict",
            { run in
                run.rigor == .maximal
                    || run.finding.refusals.allSatisfy {
                        $0.conflict?.items.contains($0.item) ?? false
                    }
            }
        ),
        (
            "every conflict failed as reported, and is minimal",
            { run in
                run.finding.conflicts.allSatisfy { conflict in
                    let failing = run.planted.space.downward(conflict.items)
                    let asked = run.interview.answers[conflict.witness].question.configuration
                    return asked == failing && !run.planted.works(failing)
                        && conflict.items.allSatisfy {
                            run.planted.works(failing.subtracting([$0]))
                        }
                }
            }
        ),
        (
            "no question is asked twice, but one whose answer would take three items to explain",
            { run in
                let again = run.interview.answers.map(\.question)
                    .filter { $0.purpose == .recheck }.map(\.configuration)
                let asked = run.interview.answers.map(\.question.configuration)
                let takesThree = run.planted.conflicts.contains {
                    run.planted.space.downward($0).count > 2
                }
                return Set(asked).count + again.count == asked.count
                    && Set(again).count == again.count && (again.isEmpty || takesThree)
            }
        ),
        (
            "every question is a configuration",
            { run in
                run.interview.answers.allSatisfy {
                    run.planted.space.isConfiguration($0.question.configuration)
                }
            }
        ),
    ]

    @Test(arguments: (0..<16).map { ($0 * 125)..<(($0 + 1) * 125) })
    func `are kept on two thousand problems`(seeds: Range<Int>) {
        var broken: [String] = []
        for seed in seeds {
            let planted = PlantedConflicts.random(seed: seed)
            for (rigor, width) in [
                (Options.Rigor.proof, 1), (.maximal, 1), (.proof, 2 + seed % 7),
                (.maximal, 2 + seed % 7),
            ] {
                var interview = Interview(Search(planted.space, options: Options(rigor: rigor)))
                interview.run(planted, width: width)
                let name = "seed \(seed), \(rigor), rounds of \(width)"
                guard let finding = interview.finding else {
                    broken.append("\(name): no end")
                    continue
                }
                let run = Case(
                    planted: planted, interview: interview, finding: finding, rigor: rigor)
                broken += Self.promises.filter { !$0.isKept(run) }.map { "\(name): \($0.name)" }
            }
        }
        #expect(broken == [])
    }

    @Test(arguments: (0..<4).map { ($0 * 100)..<(($0 + 1) * 100) })
    func `the bound is never wrong and the best never gets worse`(seeds: Range<Int>) {
        var broken = Set<Int>()
        for seed in seeds {
            let planted = PlantedConflicts.random(seed: seed)
            let optimum = planted.space.weight(of: planted.best())
            var before = 0
            var interview = Interview(Search(planted.space))
            interview.run(
                answering: { planted.works($0.configuration) ? .passed : .failed },
                watching: { search in
                    let weight = search.space.weight(of: search.best)
                    if !planted.works(search.best) || search.bound < optimum || weight < before {
                        broken.insert(seed)
                    }
                    before = weight
                })
        }
        #expect(broken == [])
    }

    @Test func `no question is asked whose answer follows from others`() {
        var broken = Set<Int>()
        for seed in 0..<300 {
            let planted = PlantedConflicts.random(seed: seed)
            var passed: [ItemSet] = []
            var failed: [ItemSet] = []
            var interview = Interview(Search(planted.space))
            interview.run(answering: { question in
                let asked = question.configuration
                let isKnownToPass = passed.contains { asked.isSubset(of: $0) }
                if question.purpose == .recheck { return planted.works(asked) ? .passed : .failed }
                if failed.contains(where: { $0.isSubset(of: asked) })
                    || (isKnownToPass && question.purpose != .verify)
                {
                    broken.insert(seed)
                }
                let works = planted.works(asked)
                if works { passed.append(asked) } else { failed.append(asked) }
                return works ? .passed : .failed
            })
        }
        #expect(broken == [])
    }
}
