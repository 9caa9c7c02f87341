import Hardening
import Lab
import Systemd
import TrialLedger
import Trials

/// From a campaign's outcome to a drop-in that was tried on the real unit.
struct Proving: Sendable {
    /// How the service is come by in another lab.
    let setup: ServiceSetup
    let context: HardeningContext
    let ledger: CampaignLedger

    private var bench: Bench { context.bench }

    /// The real unit has the last word, and then its first start. What only the first start needs
    /// is mostly an exception: a directory that is made then and only read from then on.
    ///
    /// - Throws: `TemperError.experiment` where the real unit contradicts the copies.
    func proof(of outcome: Outcome) async throws -> Proof {
        var proof = try await tryOut(outcome)
        guard let first = proof.firstStart,
            let wider = outcome.makingExceptions(trial: first.number, because: first.because)
        else { return proof }
        let second = try await tryOut(wider)
        if second.firstStart == nil { return second }
        // Those that proved nothing were made as well.
        proof.outcome.count(through: second.outcome.trialCount)
        return proof
    }

    private func tryOut(_ outcome: Outcome) async throws -> Proof {
        var proof = Proof(
            outcome: outcome, dropIn: outcome.dropIn(on: context)?.text ?? "")
        if proof.dropIn.isEmpty || outcome.ending == .interrupted { return proof }
        do {
            proof.lapses = try await bench.service.lapses(
                under: outcome.accepted, in: context.subject.catalogue,
                enforcement: context.enforcement)
        } catch {
            if error.isPlaceLost { return proof }
            throw error
        }
        // On a machine in use the drop-in stays a proposal.
        guard case .lab(let lab) = bench.host.choice else { return proof }
        let verification = try await verify(proof)
        try ledger.recordAside(verification)
        proof.outcome.count(verification)
        proof.isVerified = true
        let trial = try await Self.firstStart(isUnreliable: outcome.wrongAnswers != nil) {
            try await firstStart(proof, like: lab)
        }
        try ledger.recordAside(trial)
        proof.outcome.count(trial)
        if case .failed = trial.verdict { proof.firstStart = trial }
        return proof
    }

    /// The real unit, in the lab, with the drop-in installed: it must pass the same course, and
    /// its properties must be those of the result; what can be seen to be in force
    /// on its running main process must be what is on a copy's.
    private func verify(_ proof: Proof) async throws -> Trial {
        let (outcome, service) = (proof.outcome, bench.service)
        bench.progress.step("trying the drop-in on the real \(bench.unit) in the lab")
        let differences = try await service.install(
            dropIn: proof.dropIn, expecting: proof.expected)
        if let first = differences.first {
            throw TemperError.experiment(
                "the drop-in does not do what the trials did: \(first); please report this")
        }
        let inForce = InForceProbe(
            machine: service.machine, unit: service.unit, profile: outcome.accepted,
            enforcement: context.enforcement, lapsesOfCopy: proof.lapses)
        let procedure = bench.procedure(of: service.real, and: [inForce])
        let runner = TrialRunner(
            procedure,
            expecting: Expectations(
                measure(outcome), cadence: context.plan.cadence.beforeBaseline), now: now)
        let trial = try await runner.runAside(
            TrialSpec(
                outcome.accepted, .realUnit,
                startsAgain: outcome.baseline.noSecondStart == nil),
            number: outcome.trialCount + 1, attempts: 2)
        guard trial.verdict.isPass else {
            throw TemperError.experiment(
                "the copy passed under this configuration and the real unit does not: "
                    + trial.because)
        }
        return trial
    }

    /// What the real unit is measured by: all but its journal, which names it and not a copy.
    private func measure(_ outcome: Outcome) -> Baseline {
        var baseline = outcome.baseline
        baseline.isStrict = false
        return baseline
    }

    /// A first start, and another one where the manager was busy with itself meanwhile, or where a
    /// failure may be an accident. Nothing starts for the first time twice in one lab, so each
    /// `attempt` is in a lab of its own.
    static func firstStart(
        isUnreliable: Bool, _ attempt: () async throws -> Trial
    ) async throws -> Trial {
        do {
            let trial = try await attempt()
            let isDisturbed = trial.observations.contains(.managerReloaded)
            if !isDisturbed && !(isUnreliable && trial.verdict.isFailure) { return trial }
        } catch let error as ExperimentError where error.isPassing && !Task.isCancelled {}
        return try await attempt()
    }

    /// What happens where the service never ran before: what it makes on its first start may need
    /// more than the result allows.
    private func firstStart(_ proof: Proof, like lab: LabPlan) async throws -> Trial {
        let unit = bench.unit
        bench.progress.step("starting \(unit) with the drop-in where it never ran before")
        var fresh = LabPlan()
        fresh.root = lab.root
        fresh.binds = lab.binds
        fresh.network = lab.network
        fresh.hidden = lab.hidden
        return try await withHost(.lab(fresh)) { host in
            let bench = try await setup.bench(at: host)
            let service = bench.service
            // A connection may have started it while the lab booted.
            try await service.stop()
            if let preparation = context.preparation(for: proof.outcome) {
                _ = try service.machine.apply(preparation)
            }
            _ = try await service.install(dropIn: proof.dropIn, expecting: service.sandbox)
            return try await TrialRunner(
                bench.procedure(of: service.real, settle: .zero),
                expecting: Expectations(
                    measure(proof.outcome), cadence: bench.plan.cadence.beforeBaseline), now: now
            ).runOnce(
                TrialSpec(proof.outcome.accepted, .firstStart),
                number: proof.outcome.trialCount + 1)
        }
    }
}
