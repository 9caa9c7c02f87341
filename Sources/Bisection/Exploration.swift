/// The search proper: the failures that are not explained yet, each a site to dig at, and the
/// items of which nothing is known.
///
/// A failure's residue is what it adds to the accepted items. Of one item: that item breaks on
/// top of them, and the question is why. Of several: which of them comes first? Only when no
/// site is left are further items added to the accepted ones; with more than one question a
/// round, both happen side by side.
struct Exploration {
    private let space: SearchSpace
    private let state: SearchState
    private let knowledge: Knowledge
    private let isProof: Bool
    private let outlook: Outlook
    private let namingRecord: NamingRecord

    init(_ plan: QuestionPlan) {
        space = plan.space
        state = plan.state
        knowledge = plan.knowledge
        isProof = plan.search.options.rigor == .proof
        outlook = plan.search.outlook
        namingRecord = plan.search.namingRecord
    }

    func questions(upTo limit: Int) -> [Question] {
        let (sites, untouched) = survey()
        let first = sites.lazy.map { questions(at: $0, upTo: 1) }.first { !$0.isEmpty } ?? []
        guard limit > 1 else { return first }
        let shares = Share.deal(limit, over: sites.map(gain))
        var asked = zip(sites, shares).flatMap { questions(at: $0, upTo: $1) }
        asked += solos(of: untouched).prefix(max(limit - asked.count, 0))
        var seen = Set<ItemSet>()
        let news = asked.filter {
            knowledge.implied($0.configuration) == nil && seen.insert($0.configuration).inserted
        }
        return news.isEmpty ? first : news
    }

    /// Where there is something to find out.
    private enum Focus {
        /// One item is left to blame: which conflict is it?
        case conflict(SearchState.Residue)
        /// One item is likely to be to blame, if those that were vouched for are not.
        case suspect(Int)
        /// Something in the line breaks.
        case failure(Line)
        /// Nothing is known of the line.
        case fresh(Line)
    }
}

// MARK: - Surveying

extension Exploration {
    /// The sites, the best known first, and the items that belong to none.
    private func survey() -> (sites: [Focus], untouched: ItemSet) {
        var sites: [Focus] = []
        var taken = ItemSet()
        var open = state.open
        let vouched = trusted
        for residue in state.residues.sorted(by: { size(of: $0) < size(of: $1) }) {
            let suspects = residue.items.subtracting(state.vouched)
            guard suspects.isEmpty || suspects.isDisjoint(with: taken) else { continue }
            taken.formUnion(suspects)
            if residue.items.count == 1 {
                sites.append(.conflict(residue))
            } else if suspects.isEmpty {
                sites.append(.failure(line(.empty, after: residue.items)))
            } else if let suspect = suspects.only {
                if isProof { sites.append(.suspect(suspect)) }
                open.subtract(space.above[suspect])
            } else {
                sites.append(.failure(line(suspects, after: vouched)))
            }
        }
        open.subtract(space.upward(taken))
        if vouched.isEmpty { open.subtract(space.upward(state.vouched)) }
        let fresh = line(open, after: vouched)
        if !fresh.items.isEmpty { sites.append(.fresh(fresh)) }
        return (sites, open)
    }

    /// The items vouched for, unless it is known that they do not all hold together.
    private var trusted: ItemSet {
        let areWrong = state.residues.contains { $0.items.isSubset(of: state.vouched) }
        return areWrong ? .empty : state.vouched
    }

    /// The smaller the residue, the less there is to find in it.
    private func size(of residue: SearchState.Residue) -> Int {
        residue.items.subtracting(state.vouched).count * space.items.count
            + residue.items.count
    }

    private func line(_ items: ItemSet, after vouched: ItemSet) -> Line {
        Line(items, after: vouched, in: space, outlook: outlook, interaction: interaction)
    }

    /// How likely an item is to break on top of what is accepted though it would pass alone.
    ///
    /// A service has three tenths of an interacting pair, so the guess, and one more with each
    /// that was found; an item is in one with the share of it that two items of all are, and its
    /// partner is accepted already with the share that the accepted items are.
    private var interaction: Double {
        let found = state.conflicts.count { $0.items.count > 1 }
        let size = Double(space.items.count)
        let pairs = 0.3 + Double(found)
        return pairs * 2 / size * Double(state.accepted.count) / size + 0.0001
    }
}

// MARK: - Asking

extension Exploration {
    private func questions(at site: Focus, upTo limit: Int) -> [Question] {
        guard limit > 0 else { return [] }
        switch site {
        case .conflict(let residue):
            let explanation = explanation(of: residue)
            let failing = residue.failure.configuration
            if isSurprising(failing, core: explanation.core) {
                return [Question(failing, for: .recheck)]
            }
            return explanation.questions(upTo: limit)
        case .suspect(let suspect):
            if canStandAlone(suspect) { return [solo(suspect)] }
            let vouched = state.vouched
            return [Question(state.accepted.union(vouched), for: .accept(vouched))]
        case .failure(let line):
            return questions(in: grouping(line, isContaminated: true), upTo: limit)
        case .fresh(let line):
            return questions(in: grouping(line, isContaminated: false), upTo: limit)
        }
    }

    private func grouping(_ line: Line, isContaminated: Bool) -> Grouping {
        Grouping(
            line: line, base: state.accepted, isContaminated: isContaminated,
            naming: namingRecord)
    }

    private func questions(in grouping: Grouping, upTo limit: Int) -> [Question] {
        guard limit == 1 else { return grouping.pieces(limit, in: space) }
        let group = grouping.bestGroup(in: space)
        // Half a trial is what seeing a culprit fail alone saves on average.
        guard isProof,
            let solo = grouping.bestSolo(in: space, credit: 0.5, where: canStandAlone),
            solo.worth > group?.worth ?? 0
        else { return group.map { [$0.question] } ?? [] }
        return [solo.question]
    }

    private func solo(_ item: Int) -> Question { Question(space.below[item], for: .solo(item)) }

    /// Whether an item would be proved to break if it failed alone: what it requires passes.
    private func canStandAlone(_ item: Int) -> Bool {
        knowledge.implied(space.required(by: item)) == .passed
    }

    private func explanation(of residue: SearchState.Residue) -> Explanation {
        var partners: [Int: Int] = [:]
        for conflict in state.conflicts where conflict.items.count > 1 {
            for item in conflict.items { partners[item, default: 0] += 1 }
        }
        return Explanation(
            of: residue.failure.configuration, knowing: knowledge, in: space, partners: partners
        ) { item in
            let alone = outlook.chance(item)
            // Silence spoke as much against its breaking together with others.
            let together = interaction * namingRecord.chance(ofSilence: item)
            return alone / (alone + together)
        }
    }

    /// Whether a failure needs several items that do not fail together, so that it takes three or
    /// else was no failure: that is seen when it is asked for again, or what it is a part of was.
    private func isSurprising(_ failing: ItemSet, core: ItemSet) -> Bool {
        guard space.tops(of: core).count > 1, knowledge.verdict(on: core) == .passed,
            knowledge.tally(of: failing).count < 2
        else { return false }
        return !knowledge.tallies.contains {
            $0.value.failures > 1 && failing.isSubset(of: $0.key)
        }
    }

    /// For places in a round that nothing better fills: the likeliest culprits, alone.
    private func solos(of items: ItemSet) -> [Question] {
        guard isProof else { return [] }
        return items.filter { outlook.chance($0) > 0.1 && canStandAlone($0) }
            .sorted { outlook.chance($0) > outlook.chance($1) }
            .map(solo)
    }
}

// MARK: - Sharing a round

extension Exploration {
    /// The information that so many questions at a site bring, in bits.
    private func gain(at site: Focus) -> (Int) -> Double {
        switch site {
        case .conflict, .failure: return { log2(Double($0 + 1)) }
        case .suspect: return { $0 > 0 ? 1 : 0 }
        case .fresh(let line):
            let bits = -log2(line.survival[line.items.count])
            return { count in
                guard count > 0 else { return 0 }
                return Double(count) * entropy(exp2(-min(1, bits / Double(count))))
            }
        }
    }
}

/// How many questions of a round each site gets.
enum Share {
    /// One after the other to where it brings most.
    static func deal(_ count: Int, over gains: [(Int) -> Double]) -> [Int] {
        var shares = gains.map { _ in 0 }
        for _ in 0..<count {
            let margins = zip(gains, shares).map { $0($1 + 1) - $0($1) }
            guard let best = margins.indices.max(by: { margins[$0] < margins[$1] }),
                margins[best] > 0
            else { break }
            shares[best] += 1
        }
        return shares
    }
}
