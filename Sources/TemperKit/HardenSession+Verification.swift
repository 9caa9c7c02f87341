import Hardening
import Lab
import Systemd
import TrialLedger
import Trials

/// From a campaign's outcome to a drop-in that was tried on the real unit.
extension HardenSession {
    /// What came of an outcome on the real unit.
    struct Proof {
        var outcome: Outcome
        var dropIn: String
        var isVerified = false
        var lapses: [String] = []
        /// Its first start on a machine where it never ran, if that failed.
        var firstStart: Trial?

        /// What it takes to try it again elsewhere.
        func proven(on context: HardeningContext) -> ProvenDropIn {
            ProvenDropIn(
                text: dropIn, plan: context.plan,
                expected: outcome.problem.sandbox.tightened(
                    by: outcome.accepted, in: outcome.problem.catalogue,
                    dialect: outcome.problem.dialect),
                hasSecondStart: outcome.baseline.noSecondStart == nil,
                settle: context.procedure.settle)
        }

        func warnings(for unit: String) -> [String] {
            let first = firstStart.map { trial in
                "on a machine where \(unit) never ran before, its first start fails under this "
                    + "drop-in: \(trial.because); start it once without the drop-in, or leave out "
                    + "with --keep what it needs"
            }
            return [first].compactMap { $0 }
                + lapses.map {
                    "\($0), though it is by itself: this systemd leaves it out beside the other "
                        + "settings"
                }
        }
    }

    /// The real unit has the last word, and then its first start. What only the first start needs
    /// is mostly an exception: a directory that is made then and only read from then on.
    func prove(
        _ outcome: Outcome, _ context: HardeningContext, _ plan: Plan, _ ledger: CampaignLedger
    ) async throws -> Proof {
        let proof = try await tryOut(outcome, context, plan, ledger)
        guard let first = proof.firstStart,
            let wider = outcome.makingExceptions(trial: first.number, because: first.because)
        else { return proof }
        let second = try await tryOut(wider, context, plan, ledger)
        return second.firstStart == nil ? second : proof
    }

    private func tryOut(
        _ outcome: Outcome, _ context: HardeningContext, _ plan: Plan, _ ledger: CampaignLedger
    ) async throws -> Proof {
        var proof = Proof(outcome: outcome, dropIn: dropIn(outcome, context))
        if proof.dropIn.isEmpty || outcome.ending == .interrupted { return proof }
        do {
            proof.lapses = try await context.service.lapses(
                under: outcome.accepted, in: context.catalogue, enforcement: context.enforcement)
        } catch {
            if error.isPlaceLost { return proof }
            throw error
        }
        // On a machine in use the drop-in stays a proposal.
        guard case .lab(let lab) = place else { return proof }
        try ledger.recordAside(try await verify(proof, context))
        proof.isVerified = true
        let preparation = context.preparation(for: outcome)
        var trial = try await firstStart(proof, plan, preparation, like: lab)
        if trial.verdict.isFailure && outcome.wrongAnswers != nil {
            trial = try await firstStart(proof, plan, preparation, like: lab)
        }
        try ledger.recordAside(trial)
        if case .failed = trial.verdict { proof.firstStart = trial }
        return proof
    }

    private func dropIn(_ outcome: Outcome, _ context: HardeningContext) -> String {
        let (problem, service) = (outcome.problem, context.service)
        let commands = context.preparation(for: outcome)?.commands ?? []
        if outcome.accepted.restrictions.isEmpty { return "" }
        let refused = Dictionary(grouping: outcome.refused) {
            problem.catalogue[$0.restriction]?.directive ?? ""
        }
        let reasons = refused.mapValues { group in
            let names = group.map { $0.restriction.split(separator: "=", maxSplits: 1).last ?? "" }
            return "Refused: \(names.joined(separator: " "))."
        }
        var header = [
            "\(unit), hardened by temper \(TemperVersion.current) for systemd \(service.systemdVersion).",
            "Exposure \(outcome.before) before, \(outcome.after) with this drop-in; "
                + "\(outcome.trials.count) trials.",
        ]
        if !commands.isEmpty {
            header += ["To be run before, once:"] + commands.map { "    \($0)" }
        }
        return DropIn(
            from: problem.sandbox, taking: outcome.accepted, in: problem.catalogue,
            dialect: problem.dialect, header: header, reasons: reasons,
            startCommands: service.startCommands
        ).text
    }

    /// The real unit, in the lab, with the drop-in installed: it must pass the same course, and
    /// its properties must be those of the result; what can be seen to be in force
    /// on its running main process must be what is on a copy's.
    private func verify(_ proof: Proof, _ context: HardeningContext) async throws -> Trial {
        let (outcome, service) = (proof.outcome, context.service)
        progress.step("trying the drop-in on the real \(unit) in the lab")
        let differences = try await service.install(
            dropIn: proof.dropIn, expecting: proof.proven(on: context).expected)
        if let first = differences.first {
            throw TemperError.experiment(
                "the drop-in does not do what the trials did: \(first); please report this")
        }
        let procedure = TrialProcedure(
            service: service.real,
            probes: context.procedure.probes + [
                InForceProbe(
                    machine: service.machine, unit: service.unit, profile: outcome.accepted,
                    enforcement: context.enforcement, lapsesOfCopy: proof.lapses)
            ], canReload: service.canReload, settle: context.procedure.settle,
            redaction: context.procedure.redaction)
        var order = TrialProcedure.Order(
            number: outcome.highestTrial + 1, purpose: "the real unit with the drop-in",
            profile: outcome.accepted, cadence: options.cadence.beforeBaseline, began: now(),
            baseline: measure(outcome))
        if outcome.baseline.noSecondStart == nil { order.secondStart = .wanted }
        var trial = try await procedure.run(order)
        // The copy passed more than once: a single failure may be an accident.
        if !trial.verdict.isPass { trial = try await procedure.run(order) }
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

    /// What happens where the service never ran before: what it makes on its first start may need
    /// more than the result allows.
    private func firstStart(
        _ proof: Proof, _ plan: Plan, _ preparation: Ownership?, like lab: LabPlan
    ) async throws -> Trial {
        progress.step("starting \(unit) with the drop-in where it never ran before")
        return try await inFreshLab(like: lab) { service, machine in
            // A connection may have started it while the lab booted.
            try await service.stop()
            if let preparation { _ = try machine.apply(preparation) }
            _ = try await service.install(dropIn: proof.dropIn, expecting: service.sandbox)
            let procedure = TrialProcedure(
                service: service.real,
                probes: try ProbeMaker(
                    machine: machine, user: try probeUser(plan, on: machine)
                ).probes(for: plan.probes),
                canReload: service.canReload, settle: .zero, redaction: service.redaction)
            return try await procedure.run(
                TrialProcedure.Order(
                    number: proof.outcome.highestTrial + 2, purpose: "first start",
                    profile: proof.outcome.accepted, cadence: plan.cadence.beforeBaseline,
                    began: now(), baseline: measure(proof.outcome)))
        }
    }

    private func inFreshLab(
        like lab: LabPlan, _ body: (Service, Machine) async throws -> Trial
    ) async throws -> Trial {
        var fresh = LabPlan()
        fresh.root = lab.root
        fresh.binds = lab.binds
        fresh.hidden = lab.hidden
        let host = try await Host.lab(fresh)
        do {
            var machine = try await machine(at: host)
            machine.kernel = try? tracer(of: machine).get()
            let trial = try await body(try await service(on: machine, at: host).service, machine)
            await host.close()
            return trial
        } catch {
            await host.close()
            throw error
        }
    }
}
