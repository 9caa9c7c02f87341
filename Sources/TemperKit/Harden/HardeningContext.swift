import Hardening
import Lab
import Synchronization
import Systemd
import TrialLedger
import Trials

/// What a campaign stands on: the service as it was seen unrestricted, what this machine enforces,
/// and what there is to search.
struct HardeningContext: Sendable {
    let bench: Bench
    let procedure: TrialProcedure
    let observedUsage: ObservedUsage
    let baseline: Baseline
    let enforcement: Enforcement
    /// What the manager was seen to fail with.
    let inapplicable: [String: String]
    /// What it was seen to use.
    let usage: Usage
    /// The service as it stands, with the catalogue for it.
    let subject: HardeningSubject
    /// What has to change hands for the service to be somebody else than root; nil where it cannot.
    let ownership: Ownership?

    var service: Service { bench.service }
    var plan: Plan { bench.plan }

    func problem(fixed: Profile = .unrestricted) throws -> SearchProblem {
        try SearchProblem(
            subject,
            offer: Offer(
                of: subject.under(fixed), enforcement: enforcement, keep: plan.keep,
                attempt: plan.attempt,
                isLocalOnly: observedUsage.isLocalOnly, inapplicable: inapplicable),
            fixed: fixed)
    }

    /// Another identity to try, with its files given to it for as long as it holds.
    func identity() throws -> Identity? {
        guard let ownership else { return nil }
        let name = Restriction.becoming(ownership.user)
        let undo = Undo()
        let machine = service.machine
        return Identity(
            name: name, problem: try problem(fixed: Profile([name], in: subject.catalogue)),
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

extension Bench {
    /// Starts the service once as it is and looks closely.
    ///
    /// A campaign that is resumed goes on with what was seen of the service before, so that it
    /// asks the same questions.
    func survey(
        _ enforcement: Enforcement, _ ledger: CampaignLedger
    ) async throws -> HardeningContext {
        progress.step("starting \(unit) once as it is")
        let now = try await Campaign.warmUp(
            procedure(of: service.copies.closer), cadence: plan.cadence, now: now())
        let warmUp = try ledger.warmUp(now)
        let machine = service.machine
        let observedUsage = ObservedUsage(warmUp.accesses, sandbox: service.sandbox)
        var usage = observedUsage.usage(
            declared: service.declaredDirectories, userName: machine.userName)
        // A user's manager can start nothing as somebody else.
        if machine.user != nil { usage.user = nil }
        let subject = service.subject(using: usage)
        return HardeningContext(
            bench: self,
            procedure: procedure(
                of: service.copies(
                    in: subject.catalogue, leftovers: machine.missing(observedUsage.writtenFiles),
                    usualStop: .microseconds(now.microseconds.stop))),
            observedUsage: observedUsage, baseline: Baseline(learnedFrom: [warmUp]),
            enforcement: enforcement, inapplicable: try await service.inapplicable,
            usage: usage, subject: subject, ownership: usage.ownership(keep: plan.keep))
    }
}

extension Usage {
    /// What would have to change hands for the service to run as the user that it becomes anyway;
    /// nil where it becomes nobody, or the user wants it as it is.
    fileprivate func ownership(keep: Set<String>) -> Ownership? {
        guard let user, keep.isDisjoint(with: [Restriction.identity, Restriction.becoming(user)])
        else { return nil }
        return Ownership(user: user, written: written, files: files)
    }
}
