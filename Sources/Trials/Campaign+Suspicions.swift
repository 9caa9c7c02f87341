import Bisection
import Hardening

extension Campaign {
    /// What made the result's pass a suspicious one, and which restrictions bring it: asked of the
    /// record first, then of further trials of a part of what was taken, as far as the limits of
    /// the campaign allow.
    func suspicions(
        of profile: Profile, _ state: inout CampaignState, since began: ContinuousClock.Instant
    ) async throws(ExperimentError) -> [Outcome.Suspicious] {
        var found: [Outcome.Suspicious] = []
        var known: Set<String> = []
        var left = mostHuntingTrials
        for trial in state.trials where trial.profile == profile && trial.verdict.isPass {
            for suspicion in trial.suspicions(against: state.baseline)
            where known.insert(suspicion.key).inserted {
                let restrictions = try await hunt(suspicion, in: profile, &state, &left, began)
                found.append(
                    Outcome.Suspicious(
                        line: suspicion.line, restrictions: restrictions, trial: trial.number))
            }
        }
        return found
    }

    /// More lines than these trials can trace are reported without their restriction.
    private var mostHuntingTrials: Int { 40 }

    private func hunt(
        _ suspicion: Suspicion, in profile: Profile, _ state: inout CampaignState,
        _ left: inout Int,
        _ began: ContinuousClock.Instant
    ) async throws(ExperimentError) -> [String] {
        // What was decided before the search is in every part that can be tried.
        let fixed = problem.fixed.restrictions
        let searched = profile.restrictions.subtracting(fixed)
        let implied = Dictionary(
            uniqueKeysWithValues: searched.map { id in
                (id, (problem.catalogue[id]?.implies ?? []).intersection(searched))
            })
        while true {
            let seen = state.trials.map { trial in
                trial.suspicions(against: state.baseline).contains { $0.key == suspicion.key }
            }
            // What never shows in a first life alone needs a second one to be looked for.
            let needsTwo = !zip(state.trials, seen).contains { trial, isSeen in
                isSeen && !trial.lived(.secondStart)
            }
            let samples = zip(state.trials, seen).compactMap {
                trial, isSeen -> SuspicionHunt.Sample? in
                // Of a life that was cut short nothing follows from silence.
                let isWhole = trial.verdict.isPass && (!needsTwo || trial.lived(.secondStop))
                guard problem.fixed.isAtMost(trial.profile), isSeen || isWhole else { return nil }
                let part = Profile(recorded: trial.profile.restrictions.subtracting(fixed))
                // What a service says that fails by chance, it does not say of a restriction.
                if trial.verdict.isFailure && part.restrictions.isEmpty { return nil }
                return SuspicionHunt.Sample(profile: part, isSeen: isSeen)
            }
            if samples.contains(where: { $0.isSeen && $0.profile.restrictions.isEmpty }) {
                return fixed.sorted()
            }
            let hunt = SuspicionHunt(
                in: Profile(recorded: searched), implied: implied, samples: samples)
            switch hunt.next {
            case .found(let restrictions): return restrictions
            case .ask(let part):
                if left == 0 || isOver(state, since: began) { return [] }
                left -= 1
                let trial = try await trial(
                    part.join(problem.fixed), "what brings “\(suspicion.line.prefix(60))”?",
                    expectedLeft: 0,
                    exposure: problem.exposure(profile), &state, startsAgain: needsTwo)
                // A part of what passed does not pass: a service of moods, not to be asked on.
                if !trial.verdict.isPass { return [] }
            }
        }
    }
}
