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
    /// The first trial of the proving where it may run beside others of the service; nil where one
    /// of it runs at a time.
    var ahead: TrialAhead?
    /// Another lab with the service, in which nothing else runs by then.
    var spare: Bench?
    /// Whether it is also tried as a maintainer would write it.
    var isForPackager = false

    private var bench: Bench { context.bench }

    /// The real unit has the last word: under the drop-in where the copies were tried, and then in
    /// labs of its own, where it never ran, through what a service lives through. What fails there
    /// is opened, and it begins again.
    ///
    /// - Throws: `TemperError.experiment` where settings are in force on copies and not on the real
    ///   unit.
    func proof(of outcome: Outcome) async throws -> Proof {
        let proof = try await proposal(outcome)
        // On a machine in use the drop-in stays a proposal.
        guard case .lab(let lab) = bench.host.choice, !proof.dropIn.isEmpty,
            outcome.ending != .interrupted
        else { return proof }
        let service = fresh(like: lab, measuredBy: measure(outcome))
        async let early = findWaysOut(under: proof, at: spare)
        let (tried, first) = try await verified(proof, beside: service)
        bench.progress.step(
            "taking \(bench.unit) through a first start, upkeep, a restart and a boot where it "
                + "never ran")
        var course = ProvingCourse(service, of: tried.outcome, ledger: ledger)
        async let late = findWaysOut(under: tried, at: spare == nil ? bench : nil)
        let found = try await course.run(beginningWith: first)
        var proved = tried
        proved.learn(found)
        // What the bisection opened may be why.
        if found.outcome.accepted != outcome.accepted { proved.contradiction = nil }
        // It was that of this profile that passed there.
        proved.dropIn = found.outcome.dropIn(on: context)?.text ?? ""
        for found in [await early, await late] { proved.waysOut = found ?? proved.waysOut }
        if proved.dropIn != tried.dropIn, let found = await findWaysOut(under: proved, at: bench) {
            proved.waysOut = found
        }
        if isForPackager, proved.unproved == nil { try await package(&proved, course) }
        return proved
    }

    /// Directories of the service that systemd makes at each start, in place of commands and of
    /// exceptions: proved like the rest.
    private func package(_ proof: inout Proof, _ course: ProvingCourse) async throws {
        guard let directories = context.directories(for: proof.outcome) else { return }
        bench.progress.step("trying \(bench.unit) with \(directories.text)")
        var (course, because) = (course, String?.none)
        do {
            let trial = try await course.tryOut(with: directories)
            proof.outcome.count(trial)
            if !trial.verdict.isPass { because = trial.because }
        } catch let error as TemperError where !error.isInterruption {
            // All else is proved.
            because = error.description
        } catch let error as ExperimentError where !error.isInterruption {
            because = error.description
        }
        proof.packaged = HardeningResult.Packaged(
            dropIn: proof.outcome.dropIn(on: context, with: directories)?.text ?? "",
            preparations: context.preparations(for: proof.outcome, with: directories),
            because: because.map { "with \(directories.text): \($0)" })
    }

    /// The real unit where the copies were tried.
    ///
    /// - Returns: also the first trial of the course, where it was made beside that one; it is part
    ///   of no record yet.
    private func verified(
        _ proof: Proof, beside service: FreshService
    ) async throws -> (Proof, first: Trial?) {
        foresee(proof.outcome)
        let verification = try await verify(proof)
        try ledger.recordAside(verification)
        var proof = proof
        proof.outcome.count(verification)
        proof.isVerified = true
        proof.contradiction = verification.verdict.isPass ? nil : verification.because
        // It may have been begun before all was known of the service that is known now.
        let first = try await ahead?.trial(under: proof.outcome.accepted)
        return (proof, first?.judged(by: service.baseline))
    }

    /// Begins what follows this outcome and need not wait for it.
    func foresee(_ outcome: Outcome) {
        guard let ahead, case .lab(let lab) = bench.host.choice,
            !outcome.accepted.restrictions.isEmpty
        else { return }
        ahead.begin(outcome.accepted) {
            let service = fresh(like: lab, measuredBy: measure(outcome))
            return try await ProvingCourse(service, of: outcome, ledger: ledger)
                .attempt(outcome.accepted)
        }
    }

    /// The drop-in of an outcome, which nobody tried yet.
    private func proposal(_ outcome: Outcome) async throws -> Proof {
        var proof = Proof(
            outcome: outcome, dropIn: outcome.dropIn(on: context)?.text ?? "")
        if proof.dropIn.isEmpty || outcome.ending == .interrupted { return proof }
        do {
            proof.lapses = try await bench.service.lapses(
                under: outcome.accepted, in: context.subject.catalogue,
                enforcement: context.enforcement)
        } catch {
            if !error.isPlaceLost { throw error }
        }
        return proof
    }

    /// Lets a canary loose in the sandbox of the real unit, without the drop-in and with it.
    ///
    /// - Parameter bench: where; nil for nowhere.
    private func findWaysOut(under proof: Proof, at bench: Bench?) async -> Proof.WaysOut? {
        guard let bench else { return nil }
        if proof.dropIn.isEmpty || proof.outcome.ending == .interrupted { return .notTried }
        self.bench.progress.step("trying the ways out of \(bench.unit)")
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
