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
    let clock = ContinuousClock()

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

    /// Runs one trial. The copy is ended however this returns.
    public func run(_ order: Order) async throws(ExperimentError) -> Trial {
        var notes = Notes(baseline: order.baseline)
        if let command = service.command(under: order.profile, limit: order.startLimit) {
            notes.observations.append(.command(command))
        }
        let began = clock.now
        let started = try await service.start(
            under: order.profile, limit: order.startLimit)
        notes.timing.start = microseconds(since: began)
        switch started {
        case .refused(let name, let message):
            notes.observations.append(.refusedByManager(name: name, message: message))
        case .started(let job, let copy):
            notes.observations.append(.job(.start, result: job))
            do {
                try await live(copy, order, since: clock.now, &notes)
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
            number: order.number, purpose: order.purpose, profile: order.profile,
            began: order.began, microseconds: notes.timing,
            // What is cut off first may leave the beginning of a secret.
            observations: notes.observations.map { redaction.applied(to: $0).bounded },
            baseline: order.baseline)
    }

    /// Runs one trial, again where the manager read its units or was executed again meanwhile: such
    /// a trial says nothing. After the third the last word stands.
    public func runUndisturbed(_ order: Order) async throws(ExperimentError) -> Trial {
        for _ in 0..<2 {
            do throws(ExperimentError) {
                let trial = try await run(order)
                if !trial.observations.contains(.managerReloaded) { return trial }
            } catch {
                guard error.isPassing, !Task.isCancelled else { throw error }
            }
            try? await clock.sleep(for: .milliseconds(300))
        }
        return try await run(order)
    }

    struct Notes {
        let baseline: Baseline
        var observations: [Observation] = []
        var timing = Trial.Timing()
        /// Nothing failed so far; after a failure the rest of the life is of no interest.
        var isWell: Bool { Verdict(of: observations, baseline: baseline).isFailure == false }
    }

    private func live(
        _ copy: any ServiceCopy, _ order: Order, since start: ContinuousClock.Instant,
        _ notes: inout Notes
    ) async throws(ExperimentError) {
        try await observe(copy, .start, &notes)
        if notes.isWell {
            try await ask(copy, .ready, order.cadence, since: start, &notes)
            try await observe(copy, .ready, &notes)
        }
        if notes.isWell { try await reload(copy, order, &notes) }
        if notes.isWell {
            await pause(settle, &notes)
            try await observe(copy, .settled, &notes, patience: order.cadence.startPeriod)
        }
        if notes.isWell { try await countProcesses(copy, order, &notes) }
        if notes.isWell && order.looksClosely {
            notes.observations += try await copy.accesses().map(Observation.saw)
        }
        notes.observations += try await copy.disturbances
        let stopping = clock.now
        try await stop(copy, .stop, order, &notes)
        notes.timing.stop = microseconds(since: stopping)
        try await startAgain(copy, order, &notes)
        try await gather(copy, order, &notes)
    }

    private func reload(
        _ copy: any ServiceCopy, _ order: Order, _ notes: inout Notes
    ) async throws(ExperimentError) {
        guard canReload else {
            notes.observations.append(.skipped(.reload, why: "the unit has no reload"))
            return
        }
        let began = clock.now
        notes.observations.append(.job(.reload, result: try await copy.reload()))
        notes.timing.reload = microseconds(since: began)
        if notes.isWell {
            try await ask(copy, .reloaded, order.cadence, since: clock.now, &notes)
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
    func ask(
        _ copy: any ServiceCopy, _ stage: Stage, _ cadence: Cadence,
        since start: ContinuousClock.Instant, _ notes: inout Notes
    ) async throws(ExperimentError) {
        for probe in probes {
            var checks: [Cadence.Check] = []
            while case .askAgain = cadence.ruling(on: checks) {
                if Task.isCancelled { throw .interrupted }
                if !checks.isEmpty {
                    await pause(cadence.interval, &notes)
                    let state = try await copy.state()
                    if !state.isUp && !state.isReloading {
                        notes.observations.append(.unit(stage, state))
                        break
                    }
                }
                let began = clock.now
                let outcome = await probe.check(deadline: cadence.timeout)
                notes.timing.probes += microseconds(since: began)
                checks.append(.init(at: clock.now - start, outcome: outcome))
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
        let (seconds, attoseconds) = (clock.now - instant).components
        return UInt64(max(0, seconds)) * 1_000_000 + UInt64(max(0, attoseconds) / 1_000_000_000_000)
    }
}
