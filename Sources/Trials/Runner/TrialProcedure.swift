import Hardening

/// The course of one trial: start, readiness, probes, reload and probes again, a settle time, stop;
/// where it is asked for, a second start of the same copy, probes and a second stop. It carries out
/// and writes down; what it means is the verdict's business.
public struct TrialProcedure: Sendable {
    public let service: any ServiceUnderTest
    public let probes: [any Probe]
    public let canReload: Bool
    /// How long the service must stay up after its last probe.
    public let settle: Duration
    /// What must not be written down of what is seen.
    public let redaction: Redaction
    /// Makes anew what the service starts with, before each of its starts.
    public var beforeStart: @Sendable () async throws(ExperimentError) -> Void = {}
    let clock = ContinuousClock()
    static let noReload = "the unit has no reload"

    public init(
        service: any ServiceUnderTest, probes: [any Probe], canReload: Bool, settle: Duration,
        redaction: Redaction = .none
    ) {
        self.service = service
        self.probes = probes
        self.canReload = canReload
        self.settle = settle
        self.redaction = redaction
    }

    /// Carries out one trial, which has no number yet. The copy is ended however this returns.
    ///
    /// - Parameter began: microseconds since 1970.
    func run(
        _ spec: TrialSpec, began time: UInt64, expecting expectations: Expectations
    ) async throws(ExperimentError) -> Trial {
        var notes = Notes(spec: spec, expectations: expectations)
        let limit = expectations.pacing.startLimit
        if let command = service.command(under: spec.profile, limit: limit) {
            notes.observations.append(.command(command))
        }
        try await beforeStart()
        let began = clock.now
        let started = try await service.start(under: spec.profile, limit: limit)
        notes.timing.start = microseconds(since: began)
        switch started {
        case .refused(let name, let message):
            notes.observations.append(.refusedByManager(name: name, message: message))
        case .started(let job, let copy):
            if let took = copy.startTook { notes.timing.start = took.microseconds }
            notes.observations.append(.job(.start, result: job))
            do {
                let up = clock.now
                try await observe(copy, .start, &notes)
                await noteStarving(copy, .start, since: began, &notes)
                try await live(copy, since: up, &notes)
            } catch {
                await copy.end()
                throw error
            }
            await copy.end()
            // Pauses and checks were cut short: what was seen means nothing.
            if Task.isCancelled { throw .interrupted }
        }
        notes.timing.whole = microseconds(since: began)
        return Trial(
            number: 0, purpose: spec.purpose, profile: spec.profile, began: time,
            microseconds: notes.timing,
            // What is cut off first may leave the beginning of a secret.
            observations: notes.observations.map { redaction.applied(to: $0).bounded },
            baseline: notes.baseline)
    }

    /// What a trial is to be, and what was seen of it so far.
    struct Notes {
        let spec: TrialSpec
        let expectations: Expectations
        var observations: [Observation] = []
        var timing = Trial.Timing()
        var telling = Telling()
        /// Nothing failed so far; after a failure the rest of the life is of no interest.
        var isWell: Bool { Verdict(of: observations, baseline: baseline).isFailure == false }

        var pacing: Pacing { expectations.pacing }
        var baseline: Baseline { expectations.measure }
        /// Who was there in every life so far, this one's earlier looks included; nil where there
        /// was none before.
        var alwaysThere: ProcessSet? {
            let known = expectations.baseline.processSet
            return observations.reduce(known) { common, observation in
                if case .processSet(let seen) = observation { common?.meet(seen) } else { common }
            }
        }
        /// Whether systemd, or who waited for it, gave it up there.
        func hasTimedOut(at stage: Stage) -> Bool {
            observations.contains { observation in
                switch observation {
                case .job(stage, let result): result == .timeout
                case .unit(stage, let state): state.timedOut
                default: false
                }
            }
        }
        /// Nothing is compared yet: who is there is to be learned.
        var isLearning: Bool { baseline.processSet == nil }
    }

    private func live(
        _ copy: any ServiceCopy, since start: ContinuousClock.Instant,
        _ notes: inout Notes
    ) async throws(ExperimentError) {
        if notes.isWell {
            try await ask(copy, .ready, since: start, &notes)
            try await observe(copy, .ready, &notes)
        }
        if notes.isWell { try await reload(copy, &notes) }
        if notes.isWell {
            await pause(settle, &notes)
            try await observe(copy, .settled, &notes, patience: notes.pacing.cadence.startPeriod)
        }
        if notes.isWell { try await lookAround(copy, &notes) }
        if notes.isWell && notes.spec.looksClosely {
            notes.observations += try await copy.accesses().map(Observation.saw)
        }
        let timing = notes.timing
        for exercise in copy.exercises where notes.isWell {
            try await put(copy, through: exercise, &notes)
        }
        // The cadence is learned from what came before.
        notes.timing = timing
        notes.observations += try await copy.disturbances
        let stopping = clock.now
        try await stop(copy, .stop, &notes)
        notes.timing.stop = microseconds(since: stopping)
        try await startAgain(copy, &notes)
        try await gather(copy, &notes)
    }

    private func reload(
        _ copy: any ServiceCopy, _ notes: inout Notes
    ) async throws(ExperimentError) {
        let obstacle = canReload ? notes.expectations.omission(of: .reload) : Self.noReload
        if let obstacle {
            notes.observations.append(.skipped(.reload, why: obstacle))
            return
        }
        let began = clock.now
        notes.observations.append(.job(.reload, result: try await copy.reload()))
        notes.timing.reload = microseconds(since: began)
        if notes.isWell {
            try await ask(copy, .reloaded, since: clock.now, &notes)
        }
    }

    func observe(
        _ copy: any ServiceCopy, _ stage: Stage, _ notes: inout Notes,
        patience: Duration = .zero
    ) async throws(ExperimentError) {
        var state = try await copy.state()
        // sshd says RELOADING=1 some time after the job of its reload is done; that passes.
        let began = clock.now
        while state.isReloading && clock.now - began < patience && !Task.isCancelled {
            await pause(.milliseconds(10), &notes)
            state = try await copy.state()
        }
        notes.observations.append(.unit(stage, state))
    }

    /// Asks every probe under the cadence; a service that is gone is not asked any further.
    ///
    /// - Parameter measure: what it is compared with; nil for what the service always is like.
    func ask(
        _ copy: any ServiceCopy, _ stage: Stage, since start: ContinuousClock.Instant,
        by measure: Baseline? = nil, _ notes: inout Notes
    ) async throws(ExperimentError) {
        let cadence = notes.pacing.cadence
        var waited: Duration?
        for probe in copy.probes ?? probes {
            var checks: [Cadence.Check] = []
            while case .askAgain = cadence.ruling(on: checks) {
                if Task.isCancelled { throw .interrupted }
                if !checks.isEmpty {
                    await pause(cadence.interval, &notes)
                    if try await isDecided(copy, &notes) { break }
                    let state = try await copy.state()
                    if !state.isUp && !state.isReloading {
                        notes.observations.append(.unit(stage, state))
                        break
                    }
                }
                let began = clock.now
                let outcome = await probe.check(
                    of: copy, against: measure ?? notes.baseline, deadline: cadence.timeout)
                notes.timing.probes += microseconds(since: began)
                let time = clock.now - start
                let counted =
                    outcome.isHealthy ? time : await copy.ownTime(of: time, waitedBefore: &waited)
                checks.append(.init(at: counted, outcome: outcome))
            }
            let last = checks.last?.outcome ?? .cannotTell("it was not asked")
            notes.observations.append(.probe(stage, name: probe.name, last))
            if !last.isHealthy { return }
        }
    }

    func pause(_ time: Duration, _ notes: inout Notes) async {
        let began = clock.now
        try? await clock.sleep(for: time)
        notes.timing.settle += microseconds(since: began)
    }

    func microseconds(since instant: ContinuousClock.Instant) -> UInt64 {
        (clock.now - instant).microseconds
    }
}

extension Duration {
    /// Whole ones; none of a negative time.
    fileprivate var microseconds: UInt64 {
        UInt64(max(0, components.seconds)) * 1_000_000
            + UInt64(max(0, components.attoseconds) / 1_000_000_000_000)
    }
}
