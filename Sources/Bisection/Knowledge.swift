/// What the answers so far establish, whoever asked and in whatever order.
///
/// The search keeps no other memory: its state is a function of this, so that answers out of an
/// old record, or to questions that it would not have asked, are simply more knowledge.
struct Knowledge: Sendable {
    /// A configuration with a verdict, and the answer that first gave it.
    struct Fact: Hashable, Sendable {
        let configuration: ItemSet
        let witness: Int
        var isUnresolved = false
    }

    /// By how many agreeing answers more a verdict must lead.
    var lead: Int { didSet { weighUp() } }

    /// How many answers were learned.
    private var count = 0

    /// The passing configurations that no other one contains; the empty one always passes,
    /// which is what the baseline showed before the search began.
    private(set) var passed = [Knowledge.baseline]

    /// The failing configurations that contain no other one.
    private(set) var failed: [Fact] = []

    /// Passes above failures, both seen twice. The pass holds, the failure below it is set aside.
    private(set) var surprises: [Surprise] = []

    /// Configurations whose answers contradict others and have not been seen twice.
    private(set) var doubtful: [ItemSet] = []

    /// Some configuration both passed and failed.
    private(set) var hasFlipped = false

    private(set) var tallies: [ItemSet: Tally] = [:]
    private var configurations: [ItemSet] = []

    private static let baseline = Fact(configuration: .empty, witness: -1)

    /// For each item, the stricter steps of its ladder.
    private let stricter: [ItemSet]

    init(in space: SearchSpace, lead: Int) {
        stricter = space.stricter
        self.lead = lead
    }

    mutating func learn(_ answer: Answer, of configuration: ItemSet) {
        var tally = tallies[configuration] ?? Tally()
        if tally.count == 0 { configurations.append(configuration) }
        let before = tally
        tally.add(answer, at: count)
        count += 1
        tallies[configuration] = tally
        hasFlipped = hasFlipped || (tally.passes > 0 && tally.failures > 0)
        let isSettled =
            before.verdict(lead: lead) == tally.verdict(lead: lead) && doubtful.isEmpty
        if !isSettled { weighUp() }
    }

    /// Of the answers to questions that were asked again: how many the others outvote.
    var outvoted: (count: Int, of: Int) {
        tallies.values.reduce(into: (0, 0)) { sum, tally in
            let count = tally.passes + tally.failures
            guard count > 1 else { return }
            sum.0 += min(tally.passes, tally.failures)
            sum.1 += count
        }
    }

    func tally(of configuration: ItemSet) -> Tally { tallies[configuration] ?? Tally() }

    /// The verdict on this very configuration.
    func verdict(on configuration: ItemSet) -> Answer? {
        configuration.isEmpty ? .passed : tally(of: configuration).verdict(lead: lead)
    }

    /// What monotony says of a configuration: parts of what passes pass, what contains a failure
    /// fails.
    func implied(_ configuration: ItemSet) -> Answer? {
        if passed.contains(where: { configuration.isSubset(of: $0.configuration) }) {
            return .passed
        }
        if failed.contains(where: { $0.configuration.isSubset(of: configuration) }) {
            return .failed
        }
        return nil
    }

    /// The best configuration that itself passed more often than it failed, and holds none of
    /// these conflicts: where it does, it must have passed by mistake.
    func best(in space: SearchSpace, without conflicts: [Conflict]) -> Fact {
        configurations.reduce(into: Self.baseline) { best, configuration in
            let tally = tallies[configuration]!
            guard tally.margin > 0, let witness = tally.firstPass,
                space.outranks(configuration, best.configuration),
                !conflicts.contains(where: { $0.items.isSubset(of: configuration) })
            else { return }
            best = Fact(configuration: configuration, witness: witness)
        }
    }
}

// MARK: - Weighing up

extension Knowledge {
    private mutating func weighUp() {
        var passes = [Self.baseline]
        var failures: [Fact] = []
        for configuration in configurations {
            let tally = tallies[configuration]!
            switch tally.verdict(lead: lead) {
            case .passed:
                passes.append(Fact(configuration: configuration, witness: tally.firstPass!))
            case .failed:
                failures.append(Fact(configuration: configuration, witness: tally.firstFailure!))
            case .unresolved:
                failures.append(
                    Fact(
                        configuration: configuration, witness: tally.firstUnresolved!,
                        isUnresolved: true))
            case nil: break
            }
        }
        setAsideContradictions(passes, &failures)
        passed = passes.filter { fact in
            !passes.contains {
                $0 != fact && fact.configuration.isSubset(of: $0.configuration)
            }
        }
        failed = failures.filter { fact in
            !failures.contains {
                $0 != fact && $0.configuration.isSubset(of: fact.configuration)
            }
        }
    }

    private mutating func setAsideContradictions(_ passes: [Fact], _ failures: inout [Fact]) {
        surprises = []
        doubtful = []
        failures.removeAll { failure in
            let above = passes.filter { failure.configuration.isSubset(of: $0.configuration) }
            guard let pass = above.first else { return false }
            if failure.isUnresolved { return true }
            let pair = [pass.configuration, failure.configuration]
            let unsure = pair.filter { !isSeenTwice($0) }
            if unsure.isEmpty {
                surprises.append(
                    Surprise(
                        passed: pass.configuration, passedAs: pass.witness,
                        failed: failure.configuration, failedAs: failure.witness))
                return true
            }
            doubtful += unsure.filter { !doubtful.contains($0) }
            return false
        }
        // What fails without a stricter step, and passes with it, says nothing against what else
        // was tried without that step.
        let cures = surprises.map { ($0.failed, cure($0)) }.filter { !$0.1.isEmpty }
        failures.removeAll { failure in
            cures.contains { failed, cure in
                failed.isSubset(of: failure.configuration)
                    && cure.isDisjoint(with: failure.configuration)
            }
        }
    }

    /// The stricter steps with which a configuration passed that fails without them.
    private func cure(_ surprise: Surprise) -> ItemSet {
        surprise.failed.reduce(into: ItemSet()) { $0.formUnion(stricter[$1]) }
            .intersection(surprise.passed).subtracting(surprise.failed)
    }

    /// Whether what passed shows that a part of it passes by itself. A ladder that was climbed
    /// further says nothing of its lower steps for certain: services are not monotone there.
    func isSeenToPass(_ part: ItemSet, topped tops: ItemSet) -> Bool {
        configurations.contains { configuration in
            tallies[configuration]?.verdict(lead: lead) == .passed
                && part.isSubset(of: configuration)
                && tops.allSatisfy { stricter[$0].isDisjoint(with: configuration) }
        }
    }

    private func isSeenTwice(_ configuration: ItemSet) -> Bool {
        configuration.isEmpty || tally(of: configuration).margin.magnitude >= 2
    }
}
