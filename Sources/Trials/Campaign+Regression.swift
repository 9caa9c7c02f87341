import Bisection
import Hardening

/// What became of a profile that passed once.
public enum Regression: Sendable {
    /// It fails, and these of its restrictions are why.
    case broken(Outcome)
    /// It passes after all; why it first seemed to fail.
    case passed(Trial, because: String)
}

extension Campaign {
    /// Bisects from yesterday's answer: from a profile that passed once and failed in `failed`, to
    /// the restrictions that break the service now and the strictest rest that passes.
    ///
    /// The agenda holds that profile and nothing else. The service as it is must pass first.
    ///
    /// - Throws: `ExperimentError`, with `isBaseline` where the service itself is broken.
    public func regress(from failed: Trial) async throws(ExperimentError) -> Regression {
        var state = freshDiary()
        // What shows only in a second life is looked for in two.
        if failed.lived(.secondStart) { _ = state.startAnew() }
        state.trials = [failed]
        try await establishBaseline(&state)
        // A new version may end otherwise, or have other processes, without any restriction too.
        let judged = failed.judged(by: state.baseline)
        if judged.verdict.isPass {
            return .passed(judged, because: "the service as it is does the same now")
        }
        var again: [Trial] = []
        for question in ["does it fail again?", "it passed now: does it pass again?"] {
            let trial = try await trial(
                failed.profile, question, expectedLeft: 0,
                exposure: problem.exposure(.unrestricted),
                &state, startsAgain: true)
            again.append(trial)
            if !trial.verdict.isPass { break }
        }
        if let last = again.last, last.verdict.isPass {
            return .passed(last, because: "it failed once and then passed twice: \(judged.because)")
        }
        var campaign = try await settled(&state)
        // Where it cannot be who it was, what is left of the profile stands on other ground.
        if identity == nil || state.identity?.verdict.isPass == true { campaign.known = again }
        let outcome = try await campaign.search(&state)
        if outcome.accepted == failed.profile, let passed = outcome.passedIn {
            return .passed(
                state.trials[passed - 1],
                because: "it failed twice and then passed: \(judged.because)")
        }
        return .broken(outcome)
    }
}

// MARK: - Halving

extension Campaign {
    /// Takes out of a profile that fails what makes it fail, one minimal set at a time, until the
    /// rest passes. What a failing trial names is tried first; then the profile is halved, about
    /// log2 of its size trials for each restriction of such a set. Every answer goes to the search,
    /// which proves what is left to prove, and also goes on where no small set breaks it: what
    /// failed by chance has none.
    func bisect(
        _ search: inout Search, _ state: inout CampaignState, since began: ContinuousClock.Instant
    ) async throws(ExperimentError) {
        var rest = problem.space.all
        var fails: [Profile] = []
        // Planted conflicts of two took half of that for each.
        let most = 4 * (Int.bitWidth - rest.count.leadingZeroBitCount)
        var asked = 0
        while !isOver(state, since: began), asked < most {
            asked += 1
            let samples = samples(state)
            let profile = searched(problem.profile(rest))
            if samples.contains(where: { !$0.isSeen && profile.isAtMost($0.profile) }) {
                return
            }
            let isFailing = samples.contains { $0.isSeen && $0.profile.isAtMost(profile) }
            // A part that was named and does fail holds a whole culprit.
            let area = fails.last { $0.isAtMost(profile) } ?? profile
            if !isFailing {
                try await ask(Question(rest, for: .accept(rest)), &search, &state)
            } else if let named = named(in: rest, state, samples) {
                try await ask(Question(named, for: .locate(named)), &search, &state)
                if state.trials.last?.verdict.isFailure == true {
                    fails.append(searched(problem.profile(named)))
                }
            } else {
                let hunt = SuspicionHunt(
                    in: area, implied: implied(in: area), samples: samples)
                switch hunt.next {
                case .ask(let part):
                    let half = problem.items(of: part)
                    try await ask(Question(half, for: .locate(half)), &search, &state)
                case .found(let conflict):
                    guard let lightest = lightest(of: conflict) else { return }
                    rest.subtract(problem.space.above[lightest])
                    asked = 0
                    continue
                }
            }
            // What could not be judged is asked again by the search.
            if let last = state.trials.last, !last.verdict.isPass, !last.verdict.isFailure {
                return
            }
        }
    }

    /// What the last failing trial is sure of, as a part of `rest` that was not tried yet.
    private func named(
        in rest: ItemSet, _ state: CampaignState, _ samples: [SuspicionHunt.Sample]
    ) -> ItemSet? {
        let failing = state.trials.last {
            $0.verdict.isFailure && problem.items(of: $0.profile).isSubset(of: rest)
        }
        guard let failing,
            let evidence = problem.evidence(failing).last(where: { $0.confidence > 0.8 })
        else { return nil }
        let suspects = evidence.suspects.union(evidence.companions).intersection(rest)
        let part = problem.space.downward(suspects)
        let profile = searched(problem.profile(part))
        let isKnown = samples.contains {
            $0.isSeen ? $0.profile.isAtMost(profile) : profile.isAtMost($0.profile)
        }
        return part.isEmpty || isKnown ? nil : part
    }

    private func samples(_ state: CampaignState) -> [SuspicionHunt.Sample] {
        state.trials.filter { problem.fixed.isAtMost($0.profile) }.compactMap { trial in
            guard trial.verdict.isPass || trial.verdict.isFailure else { return nil }
            return SuspicionHunt.Sample(
                profile: searched(trial.profile), isSeen: trial.verdict.isFailure)
        }
    }

    private func searched(_ profile: Profile) -> Profile {
        Profile(recorded: profile.restrictions.subtracting(problem.fixed.restrictions))
    }

    private func implied(in profile: Profile) -> [String: Set<String>] {
        Dictionary(
            uniqueKeysWithValues: profile.restrictions.map { id in
                (id, (problem.catalogue[id]?.implies ?? []).intersection(profile.restrictions))
            })
    }

    /// The one of these without which the least is lost.
    private func lightest(of conflict: [String]) -> Int? {
        let items = problem.offer.restrictions.indices.filter {
            conflict.contains(problem.offer.restrictions[$0].id)
        }
        let space = problem.space
        return items.min { space.weight(of: space.above[$0]) < space.weight(of: space.above[$1]) }
    }
}
