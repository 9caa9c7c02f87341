import Hardening
import Synchronization
import Systemd
import TrialLedger
import Trials

/// The proving: the real unit, in labs in which it never ran, through a first start, reloads under
/// load, what its package does to it (rotation of logs, timers, cron), a restart and a boot. What
/// fails in it is bisected and opened until it passes.
struct ProvingCourse {
    private var service: FreshService
    private let ledger: CampaignLedger
    /// Whether a failure may be an accident.
    private let isUnreliable: Bool
    private var baseline: Baseline
    private var outcome: Outcome
    /// The trials of this course so far.
    private var trials: [Trial] = []

    /// What a course came to.
    struct Finding {
        /// With what had to be opened.
        var outcome: Outcome
        /// What it lived through, in its order.
        var passed: [String] = []
        var notPutThrough: [String] = []
        /// Why it is not proved; nil where it is.
        var obstacle: String?
    }

    private var bench: Bench { service.context.bench }

    init(_ service: FreshService, of outcome: Outcome, ledger: CampaignLedger) {
        self.service = service
        self.ledger = ledger
        self.outcome = outcome
        isUnreliable = outcome.wrongAnswers != nil
        baseline = service.baseline
    }

    /// - Parameter first: an ``attempt(_:)`` at what the campaign took, where there was one.
    mutating func run(beginningWith first: Trial?) async throws -> Finding {
        var trial =
            if let first { try take(first) } else { try await tryOut(outcome.accepted) }
        let unheard = baseline.unheardOf(in: trial, beside: outcome.trials)
        if trial.verdict.isPass && unheard.isEmpty { return finding(trial) }
        // What of that does it do anyway?
        if let why = try await learnAsItIs() {
            var finding = finding(trial)
            finding.notPutThrough.append(
                "a first start and what follows: the service as it is fails there: \(why)")
            return finding
        }
        baseline.grant(unheard)
        let wasCutShort = !trial.verdict.isPass
        trial = trial.judged(by: baseline)
        if wasCutShort && trial.isWrongByComparison { trial = try await compareOnceMore(trial) }
        // What is no fault by what is known now kept it from the rest.
        if wasCutShort && trial.verdict.isPass { trial = try await tryOut(outcome.accepted) }
        if trial.verdict.isPass { return finding(trial) }
        // What only a first start needs is mostly an exception: a directory that is made then and
        // only read from then on.
        if let wider = outcome.makingExceptions(trial: trial.number, because: trial.because) {
            let whole = outcome
            outcome = wider
            let again = try await tryOut(wider.accepted)
            if again.verdict.isPass { return finding(again) }
            if again.because == trial.because {
                // They are not to blame.
                outcome = whole
                outcome.count(again)
            } else {
                trial = again
            }
        }
        return try await open(after: trial)
    }

    /// The restrictions under which it fails are found and left open.
    private mutating func open(after failed: Trial) async throws -> Finding {
        bench.progress.step("finding what makes \(bench.unit) fail: \(failed.because)")
        let course = CourseLedger(
            ledger, holding: outcome.proofsOfIdentity + trials, last: outcome.trialCount)
        // With more exceptions it fails as before.
        let isCertain = trials.count { $0.because == failed.because } > 1
        let regression = try await campaign(course).regress(from: failed, isCertain: isCertain)
        outcome.count(through: course.last)
        switch regression {
        case .passed(let trial, _): return finding(trial)
        case .broken(let found):
            outcome = outcome.narrowed(to: found, number: course.number)
            // What passed by then is proved, too, when patience is at its end.
            guard let passed = found.passedIn, [.complete, .limit].contains(found.ending) else {
                var finding = finding(nil)
                finding.obstacle =
                    "the real unit fails where it never ran before, and it was not found out in "
                    + "time what it needs: \(failed.because)"
                return finding
            }
            return finding(found.trials[passed - 1])
        }
    }

    private func campaign(_ course: CourseLedger) throws -> Campaign {
        let (accepted, subject) = (outcome.accepted, outcome.problem.subject)
        let identity = accepted.identity(in: subject.catalogue)
        func problem(fixed: Profile) throws -> SearchProblem {
            try SearchProblem(
                regressing: accepted, of: subject, enforcement: service.context.enforcement,
                fixed: fixed)
        }
        let whole = try problem(fixed: identity)
        var options = CampaignOptions()
        options.baselineRuns = 1
        options.cadence = service.context.plan.cadence
        options.tolerance = baseline.tolerance
        // The campaign of the copies did.
        options.tracesSuspicions = false
        options.maxTrials = Self.patience(for: accepted)
        // What passes here passed where it never ran before, which is all that the proving asks.
        if !isUnreliable { options.confirmations = 0 }
        var baseline = baseline
        // It has a restart and a boot of its own.
        baseline.leaveOut(.secondStart, because: "it is part of the proving")
        var campaign = Campaign(
            problem: identity.restrictions.isEmpty ? whole : try problem(fixed: .unrestricted),
            places: TrialPlaces([procedure]), ledger: course, options: options,
            observedUsage: service.context.observedUsage, baseline: baseline, now: now,
            report: { [progress = bench.progress] in progress.show(course.onRecord($0)) })
        if let name = identity.becoming {
            // Each lab gives it its files where the profile has it.
            campaign.identity = Identity(
                name: name, problem: whole, prepare: { () throws(ExperimentError) in }, undo: {})
        }
        return campaign
    }

    /// So many trials, each a boot of a lab, may a bisection take. Of what a first start needs there
    /// are a few things, and each is found in about log2 of all trials; what takes more has no such
    /// cause, and no end.
    private static func patience(for profile: Profile) -> Int {
        10 * (Int.bitWidth - profile.restrictions.count.leadingZeroBitCount)
    }

    /// The service as it is, through the same: what it does not live through is left out.
    ///
    /// - Returns: why it fails before all that; nil where it does not.
    private mutating func learnAsItIs() async throws -> String? {
        while true {
            let trial = try await tryOut(.unrestricted)
            if trial.verdict.isPass {
                baseline.learn(trial)
                return nil
            }
            guard let failed = trial.failedExercise else { return trial.because }
            service.leftOut.insert(failed.name)
            notPutThrough.append(
                "\(failed.name): the service as it is fails in it: \(failed.because)")
        }
    }

    /// What is only otherwise than usual the service as it is may do now and then, too: a log that
    /// is made at the next message is there or not. Bisected, that would have any restriction to
    /// blame, and no end.
    private mutating func compareOnceMore(_ failed: Trial) async throws -> Trial {
        let again = try await tryOut(.unrestricted)
        if again.verdict.isPass { baseline.learn(again) }
        return failed.judged(by: baseline)
    }

    private var notPutThrough: [String] = []

    private func finding(_ trial: Trial?) -> Finding {
        let obstacles = service.upkeep.compactMap { upkeep in
            upkeep.obstacle.map { "\(upkeep.name): \($0)" }
        }
        return Finding(
            outcome: outcome,
            passed: trial.map { ["first start"] + $0.passedExercises } ?? [],
            notPutThrough: obstacles + notPutThrough)
    }

    private var procedure: TrialProcedure { bench.procedure(of: service) }

    /// What was found once more, with directories that systemd makes.
    mutating func tryOut(with directories: ServiceDirectories) async throws -> Trial {
        service.directories = directories
        defer { service.directories = nil }
        return try take(try await attempt(outcome.accepted, .packaged))
    }

    private mutating func tryOut(_ profile: Profile) async throws -> Trial {
        try take(try await attempt(profile))
    }

    /// A trial in a lab of its own, which is not part of the course yet.
    func attempt(
        _ profile: Profile, _ purpose: TrialPurpose = .proving
    ) async throws -> Trial {
        let runner = TrialRunner(
            procedure,
            expecting: Expectations(
                profile.restrictions.isEmpty ? .unknown : baseline,
                cadence: bench.plan.cadence.beforeBaseline), now: now)
        return try await Self.trial(isUnreliable: isUnreliable) {
            try await runner.runOnce(TrialSpec(profile, purpose), number: 0)
        }
    }

    private mutating func take(_ made: Trial) throws -> Trial {
        let trial = made.numbered(outcome.trialCount + 1)
        try ledger.recordAside(trial)
        outcome.count(trial)
        trials.append(trial)
        return trial
    }

    /// A trial in a fresh lab, and another one where the manager was busy with itself meanwhile, or
    /// where a failure may be an accident. Nothing starts for the first time twice in one lab, so
    /// each `attempt` is in a lab of its own.
    static func trial(
        isUnreliable: Bool, _ attempt: () async throws -> Trial
    ) async throws -> Trial {
        do {
            let trial = try await attempt()
            let isDisturbed = trial.observations.contains(.managerReloaded)
            if !isDisturbed && !(isUnreliable && trial.verdict.isFailure) { return trial }
        } catch let error as ExperimentError where error.isPassing && !Task.isCancelled {}
        return try await attempt()
    }
}

/// The record of the trials in a course that are bisected: they stand beside the campaign's, under
/// numbers that follow, and those that were made before the bisection answer in it.
private final class CourseLedger: Ledger {
    private let ledger: CampaignLedger
    private let state: Mutex<(held: [Trial], numbers: [UInt64: Int], last: Int)>

    /// - Parameters:
    ///   - held: trials that are on record.
    ///   - last: the last number that is taken.
    init(_ ledger: CampaignLedger, holding held: [Trial], last: Int) {
        self.ledger = ledger
        let numbers = held.map { ($0.began, $0.number) }
        state = Mutex((held, Dictionary(numbers) { _, new in new }, last))
    }

    /// The last number that is taken.
    var last: Int { state.withLock { $0.last } }

    /// Of a trial, as it is on record.
    func number(_ trial: Trial) -> Int {
        state.withLock { $0.numbers[trial.began] } ?? trial.number
    }

    /// What is told of a trial, with the number that it has on record.
    func onRecord(_ event: CampaignEvent) -> CampaignEvent {
        switch event {
        case .asking(_, let question, let left):
            .asking(number: last + 1, question: question, expectedLeft: left)
        case .tried(let trial, let exposure, let isFromRecord):
            .tried(
                trial.numbered(number(trial)), exposure: exposure, isFromRecord: isFromRecord)
        }
    }

    func trial(under profile: Profile, repetition: Int) -> Trial? {
        state.withLock { state in
            // Of the service as it is, those count that left nothing out any more.
            let isBare = profile.restrictions.isEmpty
            let answers = state.held.filter {
                $0.profile == profile && (!isBare || $0.verdict.isPass)
            }
            return repetition < answers.count ? answers[repetition] : nil
        }
    }

    func record(_ trial: Trial) throws(ExperimentError) {
        let number = state.withLock { state in
            state.last += 1
            state.numbers[trial.began] = state.last
            return state.last
        }
        try ledger.recordAside(trial.numbered(number))
    }
}
