import Hardening
import Lab
import Synchronization
import Systemd
import TrialLedger
import Trials

/// What a campaign stands on: the service as it was seen unrestricted, what this machine enforces,
/// and what there is to search.
struct HardeningContext: Sendable {
    let service: Service
    let plan: Plan
    let procedure: TrialProcedure
    let observedUsage: ObservedUsage
    let baseline: Baseline
    let enforcement: Enforcement
    /// What the manager was seen to fail with.
    let inapplicable: [String: String]
    /// What it was seen to use.
    let usage: Usage
    /// The catalogue for this service.
    let catalogue: Catalogue
    /// What has to change hands for the service to be somebody else than root; nil where it cannot.
    let ownership: Ownership?

    func problem(fixed: Profile = .unrestricted) throws -> SearchProblem {
        let dialect = service.dialect
        let start = service.sandbox.tightened(by: fixed, in: catalogue, dialect: dialect)
        return try SearchProblem(
            catalogue: catalogue, sandbox: service.sandbox, dialect: dialect,
            offer: Offer(
                catalogue: catalogue, sandbox: start, dialect: dialect,
                enforcement: enforcement, keep: plan.keep, attempt: plan.attempt,
                isLocalOnly: observedUsage.isLocalOnly, inapplicable: inapplicable),
            fixed: fixed)
    }

    /// Another identity to try, with its files given to it for as long as it holds.
    func identity() throws -> Identity? {
        guard let ownership else { return nil }
        let name = "User=\(ownership.user)"
        let undo = Undo()
        let machine = service.machine
        return Identity(
            name: name, problem: try problem(fixed: Profile([name], in: catalogue)),
            prepare: { () throws(ExperimentError) in
                let done = try machine.apply(ownership)
                undo.change.withLock { $0 = done }
            }, undo: { undo.change.withLock { $0?.run() } })
    }

    /// What must be done before the drop-in of this outcome can work.
    func preparation(for outcome: Outcome) -> Ownership? { outcome.hasIdentity ? ownership : nil }

    /// Shared by making a change and taking it back.
    private final class Undo: Sendable {
        let change = Mutex<OwnershipUndo?>(nil)
    }
}

extension HardenSession {
    /// Starts the service once as it is, looks closely, and asks the machine what it enforces.
    ///
    /// A campaign that is resumed goes on with what was seen of the service before, so that it
    /// asks the same questions.
    func survey(
        _ service: Service, _ plan: Plan, _ enforcement: Enforcement, _ ledger: CampaignLedger
    ) async throws -> HardeningContext {
        let probes = try ProbeMaker(
            machine: service.machine, user: try probeUser(plan, on: service.machine)
        ).probes(for: plan.probes)
        let settle = plan.settle ?? .milliseconds(50)
        progress.step("starting \(unit) once as it is")
        let now = try await Campaign.warmUp(
            TrialProcedure(
                service: service.copies.closer, probes: probes, canReload: service.canReload,
                settle: settle, redaction: service.redaction),
            cadence: plan.cadence, now: now())
        let warmUp = try ledger.warmUp(now)
        let machine = service.machine
        let observedUsage = ObservedUsage(warmUp.accesses, sandbox: service.sandbox)
        var usage = observedUsage.usage(
            declared: service.declaredDirectories, userName: machine.userName)
        // A user's manager can start nothing as somebody else.
        if machine.user != nil { usage.user = nil }
        let catalogue = Catalogue.standard(under: service.dialect.scope).accommodating(usage)
        return HardeningContext(
            service: service, plan: plan,
            procedure: TrialProcedure(
                service: service.copies(
                    in: catalogue, leftovers: machine.missing(warmUp.writtenFiles),
                    usualStop: .microseconds(now.microseconds.stop)),
                probes: probes, canReload: service.canReload, settle: settle,
                redaction: service.redaction),
            observedUsage: observedUsage, baseline: Baseline(learnedFrom: [warmUp]),
            enforcement: enforcement, inapplicable: try await service.inapplicable,
            usage: usage, catalogue: catalogue, ownership: usage.ownership(keep: plan.keep))
    }
}

extension HardenSession {
    /// What the manager enforces; of a user's that is not measured.
    func enforcement(on machine: Machine) async throws -> Enforcement {
        if machine.user != nil { return .unmeasured }
        progress.step("finding out what this systemd enforces")
        let facts = try await MachineFacts(of: machine)
        switch place {
        case .lab(let plan):
            return try await LabExamination(root: plan.root, stateDirectory: stateDirectory)
                .enforcement(of: facts)
        case .live:
            let record = EnforcementRecord(
                facts: facts, root: machine.root.isEmpty ? "/" : machine.root, isDisposable: false,
                stateDirectory: stateDirectory)
            if let known = record.load() { return known }
            let enforcement = try await tied(machine) { machine in
                try await Examination(
                    of: machine, dialect: try await Dialect(of: machine), facts: facts
                ).enforcement()
            }
            record.save(enforcement)
            return enforcement
        }
    }
}

extension HardenSession {
    /// Runs `body` with a machine on which nothing that is started outlives this process.
    private func tied<Result>(
        _ machine: Machine, _ body: (Machine) async throws -> Result
    ) async throws -> Result {
        var tied = machine
        let tie = try await StandIn.taking(nil, on: machine, atMost: .seconds(600))
        tied.standIn = tie
        do {
            let result = try await body(tied)
            await tie.leave(machine)
            return result
        } catch {
            await tie.leave(machine)
            throw error
        }
    }
}

extension Usage {
    /// What would have to change hands for the service to run as the user that it becomes anyway;
    /// nil where it becomes nobody, or the user wants it as it is.
    fileprivate func ownership(keep: Set<String>) -> Ownership? {
        guard let user, keep.isDisjoint(with: ["User", "User=\(user)"]) else { return nil }
        return Ownership(user: user, written: written, files: files)
    }
}
