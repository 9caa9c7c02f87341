import Bisection
import Hardening

/// What made the result's pass a suspicious one, and which restrictions bring it: asked of the
/// record first, then of further trials of a part of what was taken.
struct SuspicionHunt {
    /// The result.
    let profile: Profile
    /// Why the search ended.
    let ending: CampaignEnding
    /// What is not traced yet, each with the trial in which it was first seen.
    var open: [(suspicion: Suspicion, trial: Int)] = []
    var found: [Outcome.Suspicious] = []
    /// More lines than these trials can trace are reported without their restriction.
    var left = 40

    /// The first of what is open is traced, or given up.
    mutating func settle(_ restrictions: [String]) {
        let (suspicion, trial) = open.removeFirst()
        found.append(
            Outcome.Suspicious(line: suspicion.line, restrictions: restrictions, trial: trial))
    }
}

extension CampaignState {
    /// The search is over: what was odd about its result?
    mutating func hunt(ending: CampaignEnding) {
        var hunt = SuspicionHunt(profile: problem.profile(search.best), ending: ending)
        var known: Set<String> = []
        for trial in options.tracesSuspicions ? trials : []
        where trial.profile == hunt.profile && trial.verdict.isPass {
            for suspicion in trial.suspicions(against: expectations.baseline)
            where known.insert(suspicion.key).inserted {
                hunt.open.append((suspicion, trial.number))
            }
        }
        phase = .hunting(hunt)
    }

    mutating func pursue(
        _ hunt: SuspicionHunt, at now: ContinuousClock.Instant
    ) -> TrialAction<Outcome>? {
        var hunt = hunt
        guard let (suspicion, _) = hunt.open.first else {
            return .conclude(outcome(hunt.ending, hunt.found))
        }
        let (samples, needsTwo) = samples(of: suspicion)
        if samples.contains(where: { $0.isSeen && $0.profile.restrictions.isEmpty }) {
            // What was decided before the search is in every part that can be tried.
            hunt.settle(problem.fixed.restrictions.sorted())
        } else {
            switch problem.cause(in: problem.searched(hunt.profile), samples).next {
            case .found(let restrictions): hunt.settle(restrictions)
            case .ask where hunt.left == 0 || isOver(at: now): hunt.settle([])
            case .ask(let part):
                hunt.left -= 1
                phase = .hunting(hunt)
                return run(
                    TrialSpec(
                        part.join(problem.fixed), .cause(of: suspicion.line),
                        startsAgain: needsTwo), best: hunt.profile)
            }
        }
        phase = .hunting(hunt)
        return nil
    }

    mutating func learnCause(_ trial: Trial, _ hunt: SuspicionHunt) {
        // A part of what passed does not pass: a service of moods, not to be asked on.
        if trial.verdict.isPass { return }
        var hunt = hunt
        hunt.settle([])
        phase = .hunting(hunt)
    }

    /// What all trials say of it, and whether it takes a second life to show.
    private func samples(
        of suspicion: Suspicion
    ) -> (samples: [MinimalCause.Sample], needsTwo: Bool) {
        // What is said of a rotation of logs is no matter of what was taken.
        let trials = trials.filter { !isFirstStart($0) }
        let seen = trials.map { trial in
            trial.suspicions(against: expectations.baseline).contains { $0.key == suspicion.key }
        }
        // What never shows in a first life alone needs a second one to be looked for.
        let needsTwo = !zip(trials, seen).contains { trial, isSeen in
            isSeen && !trial.lived(.secondStart)
        }
        let samples = zip(trials, seen).compactMap { trial, isSeen -> MinimalCause.Sample? in
            // Of a life that was cut short nothing follows from silence.
            let isWhole = trial.verdict.isPass && (!needsTwo || trial.lived(.secondStop))
            guard problem.fixed.isAtMost(trial.profile), isSeen || isWhole else { return nil }
            let part = problem.searched(trial.profile)
            // What a service says that fails by chance, it does not say of a restriction.
            if trial.verdict.isFailure && part.restrictions.isEmpty { return nil }
            return MinimalCause.Sample(profile: part, isSeen: isSeen)
        }
        return (samples, needsTwo)
    }
}
