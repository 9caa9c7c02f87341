import Hardening
import Lab
import Reports
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

    /// The real unit has the last word: under the drop-in where the copies were tried, and then in
    /// labs of its own, where it never ran, through what a service lives through. What fails there
    /// is opened, and it begins again.
    ///
    /// - Throws: `TemperError.experiment` where settings are in force on copies and not on the real
    ///   unit.
    func proof(of outcome: Outcome) async throws -> Proof {
        let proof = try await tryOut(outcome)
        guard proof.isVerified, case .lab(let lab) = bench.host.choice else { return proof }
        var course = ProvingCourse(
            fresh(like: lab, measuredBy: measure(outcome)), of: proof.outcome, ledger: ledger)
        // The course is run in labs of its own.
        async let waysOut = findWaysOut(under: proof)
        let found = try await course.run()
        var proved = proof
        proved.learn(found)
        // What the bisection opened may be why.
        if found.outcome.accepted != outcome.accepted { proved.contradiction = nil }
        // It was that of this profile that passed there.
        proved.dropIn = found.outcome.dropIn(on: context)?.text ?? ""
        proved.waysOut = await waysOut
        if proved.dropIn != proof.dropIn { proved.waysOut = await findWaysOut(under: proved) }
        return proved
    }

    /// Lets a canary loose in the sandbox of the real unit, without the drop-in and with it.
    private func findWaysOut(under proof: Proof) async -> Proof.WaysOut {
        if proof.dropIn.isEmpty || proof.outcome.ending == .interrupted { return .notTried }
        bench.progress.step("trying the ways out of \(bench.unit)")
        do {
            try await bench.makeAnew()
            try await bench.service.uninstall()
            let before = try await bench.service.waysOut()
            try await bench.makeAnew()
            _ = try await bench.service.install(dropIn: proof.dropIn, expecting: proof.expected)
            let after = try await bench.service.waysOut()
            return .found(WaysOutChange(before: before, after: after))
        } catch {
            return .untold("\(error)")
        }
    }

    private func fresh(like lab: LabPlan, measuredBy baseline: Baseline) -> FreshService {
        FreshService(setup: setup, context: context, baseline: baseline, like: lab)
    }

    /// Trials in such labs while the campaign runs; nil on a machine in use.
    var firstStarts: TrialRunner.FirstStarts? {
        guard case .lab(let lab) = bench.host.choice else { return nil }
        return { bench.procedure(of: fresh(like: lab, measuredBy: $0)) }
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
        guard !bench.host.isLive else { return proof }
        let verification = try await verify(proof)
        try ledger.recordAside(verification)
        proof.outcome.count(verification)
        proof.isVerified = true
        proof.contradiction = verification.verdict.isPass ? nil : verification.because
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
            throw Proof.differs(first)
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
        for case .probe(_, inForce.name, .unhealthy(let why)) in trial.observations {
            throw TemperError.experiment(
                "the settings are in force on the copy and not on the real unit: \(why); please "
                    + "report this")
        }
        return trial
    }

    /// What the real unit is measured by: all but its journal, which names it and not a copy.
    private func measure(_ outcome: Outcome) -> Baseline {
        var baseline = outcome.baseline
        baseline.isStrict = false
        return baseline
    }
}
