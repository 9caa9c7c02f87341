import Glibc

/// Which questions come next, as far as the answers go: one method for each kind, asked in the
/// order in which they matter.
struct Plan {
    let search: Search
    let space: SearchSpace
    let standing: Standing
    let knowledge: Knowledge

    init(_ search: Search) {
        self.search = search
        space = search.space
        standing = search.standing
        knowledge = search.knowledge
    }

    /// None if there is nothing left to ask.
    func questions(upTo limit: Int) -> [Question] {
        let doubts = knowledge.doubtful.map { Question($0, for: .recheck) }
        if !doubts.isEmpty { return Array(doubts.prefix(limit)) }
        let searching = Array(searching(upTo: limit).prefix(limit))
        if !searching.isEmpty { return searching }
        if let verification { return [verification] }
        let certificates = Array(certificates.prefix(limit))
        if !certificates.isEmpty { return certificates }
        return stricterLevel.map { [$0] } ?? []
    }

    private var isProof: Bool { search.options.rigor == .proof }

    /// How likely an item is to break on top of what is accepted though it would pass alone:
    /// interactions are rare, until one was seen.
    private var interaction: Double {
        let known = standing.conflicts.count { $0.items.count > 1 }
        let size = Double(space.items.count)
        let expected = knob(0, 0.1) + knob(1, 1) * Double(known)
        return expected * 2 / size * Double(standing.accepted.count) / size + 0.0001
    }
}

// MARK: - Searching

extension Plan {
    private func searching(upTo limit: Int) -> [Question] {
        let outlook = search.outlook
        var questions: [Question] = []
        var parked = ItemSet()
        let residues = standing.residues.sorted { size(of: $0) < size(of: $1) }
        for residue in residues {
            if residue.items.count == 1 {
                return explain(residue, outlook: outlook, upTo: limit)
            }
            let suspects = residue.items.subtracting(standing.vouched)
            if suspects.isEmpty {
                return [locate(in: .empty, after: residue.items, outlook: outlook)].compactMap(
                    \.self)
            }
            guard let suspect = suspects.only else {
                return [locate(in: suspects, after: standing.vouched, outlook: outlook)].compactMap(
                    \.self)
            }
            guard isProof else {
                parked.formUnion(space.above[suspect])
                continue
            }
            if canStandAlone(suspect) {
                return [Question(space.below[suspect], for: .solo(suspect))]
            }
            let vouched = standing.vouched
            return [Question(standing.accepted.union(vouched), for: .accept(vouched))]
        }
        let open = standing.open.subtracting(parked)
        if let fresh = accept(open, outlook: outlook) { questions.append(fresh) }
        return questions
    }

    /// The smaller the residue, the less there is to find in it.
    private func size(of residue: Standing.Residue) -> Int {
        residue.items.subtracting(standing.vouched).count * 1024 + residue.items.count
    }

    private func locate(
        in suspects: ItemSet, after vouched: ItemSet, outlook: Outlook
    ) -> Question? {
        choose(grouping(suspects, after: vouched, isContaminated: true, outlook: outlook))
    }

    private func accept(_ open: ItemSet, outlook: Outlook) -> Question? {
        if open.isEmpty && standing.vouched.isEmpty { return nil }
        return choose(
            grouping(open, after: standing.vouched, isContaminated: false, outlook: outlook))
    }

    private func grouping(
        _ items: ItemSet, after vouched: ItemSet, isContaminated: Bool, outlook: Outlook
    ) -> Grouping {
        let line = Line(
            items, after: vouched, in: space, outlook: outlook, interaction: interaction)
        let naming = space.items.indices.map(search.namingRecord.chance(ofNaming:))
        return Grouping(
            line: line, base: standing.accepted, isContaminated: isContaminated, naming: naming)
    }

    /// Whether an item would be proved to break if it failed alone: what it requires passes.
    private func canStandAlone(_ item: Int) -> Bool {
        var required = space.below[item]
        required.remove(item)
        return knowledge.implied(required) == .passed
    }

    private func choose(_ grouping: Grouping) -> Question? {
        let group = grouping.bestGroup()
        guard isProof,
            let solo = grouping.bestSolo(in: space, credit: knob(2, 1), where: canStandAlone)
        else {
            return group?.question
        }
        return solo.worth > group?.worth ?? 0 ? solo.question : group?.question
    }

    private func explain(
        _ residue: Standing.Residue, outlook: Outlook, upTo limit: Int
    ) -> [Question] {
        let hubs = standing.conflicts.filter { $0.items.count > 1 }
            .reduce(into: ItemSet()) { $0.formUnion($1.items) }
        let again = standing.conflicts.filter { $0.items.count > 1 }.reduce(into: [Int: Int]()) {
            for i in $1.items { $0[i, default: 0] += 1 }
        }
        let explanation = Explanation(
            of: residue.failure.configuration, knowing: knowledge, in: space, hubs: hubs,
            again: again
        ) { item in
            let alone = outlook.chance(item)
            return alone / (alone + interaction)
        }
        return explanation.questions(upTo: limit)
    }
}

// MARK: - Finishing

extension Plan {
    /// The result must itself have passed, and not only as a part of something.
    private var verification: Question? {
        guard knowledge.verdict(on: standing.accepted) == nil else { return nil }
        return Question(standing.accepted, for: .verify)
    }

    /// Items left out that would fit on the result.
    private var addable: [Int] {
        standing.refused.filter { item in
            var required = space.below[item]
            required.remove(item)
            return required.isSubset(of: standing.accepted)
        }
    }

    private var certificates: [Question] {
        addable.compactMap { item in
            var extended = standing.accepted
            extended.insert(item)
            guard knowledge.implied(extended) == nil else { return nil }
            return Question(extended, for: .certify(item))
        }
    }

    /// A stricter step above a refused one, not yet tried, the strictest first.
    private var stricterLevel: Question? {
        for refused in addable {
            guard let ladder = space.items[refused].ladder else { continue }
            let steps = space.above[refused].filter {
                $0 != refused && space.items[$0].ladder == ladder
            }.sorted { space.below[$0].count > space.below[$1].count }
            for step in steps {
                let reached = standing.accepted.union(space.below[step])
                let added = reached.subtracting(standing.accepted)
                guard added.isSubset(of: space.above[refused]) else { continue }
                if knowledge.verdict(on: reached) == nil {
                    return Question(reached, for: .level(step))
                }
            }
        }
        return nil
    }
}

nonisolated(unsafe) var knobs: [Double?] = (0..<10).map { i in
    getenv("K\(i)").flatMap { Double(String(cString: $0)) }
}
func knob(_ i: Int, _ d: Double) -> Double { knobs[i] ?? d }
