import Bisection
import Hardening

/// Takes out of a profile that fails what makes it fail, one minimal set at a time, until the rest
/// passes. What a failing trial names is tried first; then the profile is halved, about log2 of its
/// size trials for each restriction of such a set. Every answer goes to the search, which proves
/// what is left to prove, and also goes on where no small set breaks it: what failed by chance has
/// none.
struct ProfileHalving {
    /// What was not taken out.
    var rest: ItemSet
    /// Parts that were named and do fail.
    var failing: [Profile] = []
    /// How many trials the set that is looked for took.
    var asked = 0
    /// Planted conflicts of two took half of that for each.
    let most: Int

    init(_ all: ItemSet) {
        rest = all
        most = 4 * (Int.bitWidth - all.count.leadingZeroBitCount)
    }
}

extension CampaignState {
    mutating func halve(
        _ halving: ProfileHalving, at now: ContinuousClock.Instant
    ) -> TrialAction<Outcome>? {
        var halving = halving
        guard !isOver(at: now), halving.asked < halving.most else {
            phase = .searching
            return nil
        }
        halving.asked += 1
        let samples = samples
        let profile = problem.searched(problem.profile(halving.rest))
        if samples.contains(where: { !$0.isSeen && profile.isAtMost($0.profile) }) {
            phase = .searching
        } else if !samples.contains(where: { $0.isSeen && $0.profile.isAtMost(profile) }) {
            let rest = halving.rest
            ask(Question(rest, for: .accept(rest)), for: .halving(halving, isNamed: false))
        } else if let named = named(in: halving.rest, samples) {
            ask(Question(named, for: .locate(named)), for: .halving(halving, isNamed: true))
        } else {
            // A part that was named and does fail holds a whole culprit.
            let area = halving.failing.last { $0.isAtMost(profile) } ?? profile
            narrow(halving, to: problem.cause(in: area, samples))
        }
        return nil
    }

    private mutating func narrow(_ halving: ProfileHalving, to cause: MinimalCause) {
        switch cause.next {
        case .ask(let part):
            let half = problem.items(of: part)
            ask(Question(half, for: .locate(half)), for: .halving(halving, isNamed: false))
        case .found(let conflict):
            guard let lightest = problem.lightest(of: conflict) else {
                phase = .searching
                return
            }
            var halving = halving
            halving.rest.subtract(problem.space.above[lightest])
            halving.asked = 0
            phase = .halving(halving)
        }
    }

    mutating func learnHalf(_ halving: ProfileHalving, isNamed: Bool) {
        var halving = halving
        guard let last = trials.last, last.verdict.isPass || last.verdict.isFailure else {
            // What could not be judged is asked again by the search.
            phase = .searching
            return
        }
        if isNamed && last.verdict.isFailure {
            halving.failing.append(problem.searched(last.profile))
        }
        phase = .halving(halving)
    }

    /// What the last failing trial is sure of, as a part of `rest` that was not tried yet.
    private func named(in rest: ItemSet, _ samples: [MinimalCause.Sample]) -> ItemSet? {
        let failing = trials.last {
            $0.verdict.isFailure && problem.items(of: $0.profile).isSubset(of: rest)
        }
        guard let failing,
            let evidence = problem.evidence(failing).last(where: { $0.confidence > 0.8 })
        else { return nil }
        let suspects = evidence.suspects.union(evidence.companions).intersection(rest)
        let part = problem.space.downward(suspects)
        let profile = problem.searched(problem.profile(part))
        let isKnown = samples.contains {
            $0.isSeen ? $0.profile.isAtMost(profile) : profile.isAtMost($0.profile)
        }
        return part.isEmpty || isKnown ? nil : part
    }

    private var samples: [MinimalCause.Sample] {
        trials.filter { problem.fixed.isAtMost($0.profile) }.compactMap { trial in
            guard trial.verdict.isPass || trial.verdict.isFailure else { return nil }
            return MinimalCause.Sample(
                profile: problem.searched(trial.profile), isSeen: trial.verdict.isFailure)
        }
    }
}

extension SearchProblem {
    /// A profile without what was decided before the search.
    func searched(_ profile: Profile) -> Profile {
        Profile(recorded: profile.restrictions.subtracting(fixed.restrictions))
    }

    /// The hunt for what brings the thing that the samples tell of.
    func cause(in profile: Profile, _ samples: [MinimalCause.Sample]) -> MinimalCause {
        let implied = Dictionary(
            uniqueKeysWithValues: profile.restrictions.map { id in
                (id, (subject.catalogue[id]?.implies ?? []).intersection(profile.restrictions))
            })
        return MinimalCause(in: profile, implied: implied, samples: samples)
    }

    /// The one of these without which the least is lost.
    func lightest(of conflict: [String]) -> Int? {
        let items = offer.restrictions.indices.filter {
            conflict.contains(offer.restrictions[$0].id)
        }
        return items.min { space.weight(of: space.above[$0]) < space.weight(of: space.above[$1]) }
    }
}
