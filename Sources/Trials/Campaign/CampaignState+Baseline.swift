import Bisection
import Hardening

/// The service as it is, started until its ways are known: one that ends otherwise each time is looked
/// at for longer, and one that fails now and then until it is known how often.
struct BaselineRuns {
    private(set) var made = 0
    private(set) var failures: [Trial] = []
    /// Whether the last one ended as none before it.
    private var isNews = false
    private let least: Int

    init(least: Int) { self.least = max(1, least) }

    private static let longest = 6
    /// Of so many runs it is counted how many fail, if one does.
    private static let unreliable = 10
    /// So many failures without a pass are no chance.
    static let mostBroken = 3

    var spec: TrialSpec {
        TrialSpec(.unrestricted, .baseline(run: made + 1), startsAgain: true)
    }

    /// What follows it, whatever it shows.
    var upcoming: [TrialSpec] {
        guard made + 1 < least else { return [] }
        return (made + 1..<least).map {
            TrialSpec(.unrestricted, .baseline(run: $0 + 1), startsAgain: true)
        }
    }

    /// - Parameter isOver: whether the user wants no more trials.
    func wantsMore(isOver: Bool) -> Bool {
        made < least || (isNews && made < Self.longest)
            || (!failures.isEmpty && made < Self.unreliable && !isOver)
    }

    mutating func learnPass(isNews: Bool) {
        made += 1
        self.isNews = isNews
    }

    /// - Returns: whether it can be chance. One that also passes fails by chance; one that never
    ///   does is broken.
    mutating func learnFailure(_ trial: Trial) -> Bool {
        made += 1
        failures.append(trial)
        return trial.verdict.isFailure && (failures.count < made || made < Self.mostBroken)
    }
}

extension CampaignState {
    mutating func continueBaseline(
        _ runs: BaselineRuns, at now: ContinuousClock.Instant
    ) -> TrialAction<Outcome>? {
        if runs.wantsMore(isOver: isOver(at: now)) { return run(runs.spec) }
        if let last = runs.failures.last {
            if runs.failures.count == runs.made { return .fail(BaselineFailure.error(last)) }
            let rates = FlipRates.baseline(failures: runs.failures.count, of: runs.made)
            if rates.isHopeless {
                return .fail(BaselineFailure.unreliable(runs.failures.count, of: runs.made, last))
            }
            flipRates = rates
        }
        expectations.bind()
        if haltsAfterBaseline { phase = .halted } else { goOn(knowing: []) }
        queue.insert(.expect(expectations), at: 0)
        return nil
    }

    mutating func learnBaseline(_ trial: Trial, _ runs: BaselineRuns) {
        var runs = runs
        if trial.verdict.isPass {
            let known = expectations.baseline.exitStatusesAtStop
            expectations.learn(trial)
            queue.append(.expect(expectations))
            let statuses = expectations.baseline.exitStatusesAtStop
            runs.learnPass(isNews: statuses.count > 1 && statuses != known)
        } else if !runs.learnFailure(trial) {
            queue.append(.fail(BaselineFailure.error(trial)))
        }
        phase = .baseline(runs)
    }

    // MARK: Whether it still works

    /// So many failures in a row are rare.
    private static var doubtfulFailures: Int { 12 }

    /// After many failures in a row: is it the restrictions, or did a trial leave something behind
    /// that no start survives, such as a lock?
    mutating func lookAfterBaseline() {
        let failures = trials.reversed().prefix { $0.verdict.isFailure }.count
        let isDoubtful = failures > 0 && failures % Self.doubtfulFailures == 0
        if isDoubtful { lookBack(failures: failures) } else { phase = .searching }
    }

    /// - Parameter failures: how many of the last trials may have failed because of what is left.
    mutating func lookBack(failures: Int) {
        phase = .lookingBack(
            DecisiveTrial(TrialSpec(.unrestricted, .stillAsItIs, isEverywhere: true)),
            failures: failures)
    }

    mutating func lookBack(_ trial: Trial, _ awaited: DecisiveTrial, _ failures: Int) {
        var awaited = awaited
        // Of a service that passed as it is, one failure may be an accident.
        guard awaited.isSettled(by: trial, failsByChance: true) else {
            phase = .lookingBack(awaited, failures: failures)
            return
        }
        phase = .searching
        if !expectations.baseline.missingAlone(in: trial).isEmpty {
            // Nothing was restricted: they come and go.
            expectations.learnHabits(of: trial)
            queue.append(.expect(expectations))
            return
        }
        // The service as it is takes nothing.
        let lastTaken = trials.last { $0.verdict.isPass && !$0.profile.restrictions.isEmpty }
        if trial.verdict.isFailure {
            queue.append(
                .fail(BaselineFailure.spoiled(trial, failures, after: lastTaken)))
        }
    }
}

/// The service as it is does not pass: nothing can be learned from restricting it.
enum BaselineFailure {
    static func error(_ trial: Trial) -> ExperimentError {
        let lines = trial.log.suffix(5).map { "\n    \($0.source): \($0.message)" }.joined()
        let who = trial.isUpUnproved ? "the service is up, and its probe" : "the service"
        return ExperimentError(
            "\(who) fails without any restriction: \(trial.verdict.words)\(lines)", .baseline)
    }

    /// - Parameter probe: that held the first time.
    static func usedUp(_ probe: String, _ trial: Trial) -> ExperimentError {
        ExperimentError(
            "\(probe.abridged) held when it was asked first, and never after that, though nothing "
                + "was restricted (\(trial.verdict.words)): it seems to use up what it tests; have "
                + "--before make that anew, or ask for something that stays", .baseline)
    }

    static func unreliable(_ failures: Int, of runs: Int, _ last: Trial) -> ExperimentError {
        ExperimentError(
            "without any restriction the service fails in \(failures) of \(runs) starts, at last "
                + "with: \(last.verdict.words); no trial could be believed: see to that first",
            .baseline)
    }

    /// - Parameter last: the last trial that passed with restrictions, nil where none did.
    static func spoiled(_ trial: Trial, _ failures: Int, after last: Trial?) -> ExperimentError {
        let place =
            last.map {
                "Trial \($0.number) was the last under restrictions that passed, and trial "
                    + "\($0.number + 1) came after it"
            } ?? "No trial under restrictions passed before them"
        return ExperimentError(
            "a trial left something behind: the service that passed without any restriction now "
                + "fails without any: \(trial.because); the last \(failures) trials tell nothing. "
                + "\(place): leave out with --keep what spoils it, or have --before make anew what "
                + "the service starts with")
    }
}

extension Trial {
    /// Whether systemd saw nothing wrong with the copy and only a probe did: it may be the probe's
    /// mistake.
    fileprivate var isUpUnproved: Bool {
        let isUnwell = observations.contains { observation in
            switch observation {
            case .job(_, let result): result != .done
            case .unit(let stage, let state): !stage.isEnd && !state.isUp
            default: false
            }
        }
        return verdict.isFailure && !isUnwell && reachedProbes
            && answers.contains { if case .unhealthy = $0.outcome { true } else { false } }
    }

    private var reachedProbes: Bool {
        observations.contains { if case .unit(_, let state) = $0 { state.isUp } else { false } }
    }

    /// The probe that held when an earlier trial asked it first, and neither there when it was asked
    /// again nor here; nil where that is not what went wrong.
    func probeUsedUp(since earlier: Trial) -> String? {
        let held = earlier.answers.first { $0.stage == .ready && $0.outcome.isHealthy }
        guard earlier.verdict.isFailure, verdict.isFailure, let held,
            earlier.answers.contains(where: { $0.name == held.name && !$0.outcome.isHealthy }),
            let again = answers.first(where: { $0.name == held.name }),
            again.stage == .ready, !again.outcome.isHealthy
        else { return nil }
        return held.name
    }

    private var answers: [(stage: Stage, name: String, outcome: CheckOutcome)] {
        observations.compactMap {
            if case .probe(let stage, let name, let outcome) = $0 {
                (stage, name, outcome)
            } else {
                nil
            }
        }
    }
}
