import Foundation
import Hardening
import Lab
public import Reports
import Systemd
import TrialLedger
public import Trials

/// One `harden`: finds the strictest sandbox in which a service still does its work.
public struct HardenSession: Sendable {
    /// The service, such as `nginx.service`.
    public var unit: String
    /// What is wanted of it, over what its unit says in `[X-Temper]`. One of both names a probe.
    public var plan = Plan()
    /// What is wanted of it by a file, below `plan`.
    public var planFile: PlanFile?
    /// Whether nothing of it is trusted, whoever wrote it.
    public var isUntrusted = false
    public var options = CampaignOptions()
    /// How many trials are made side by side, each in a lab of its own. On a machine in use it is
    /// always one.
    public var jobs = 1
    /// Where the trials are made: a lab of this machine, unless said otherwise.
    public var host = HostChoice.lab(LabPlan())
    public var manager = ManagerChoice.system
    /// Where the record is kept: a campaign that was cut off is resumed from it.
    public var stateDirectory: String
    /// Where to write the record besides; nil for the ledger only.
    public var recordFile: String?
    /// Whether and how the result is put on the real unit of a machine in use.
    public var apply: ApplyOrder?
    /// Whether the drop-in is also tried as a maintainer would write it. In labs only.
    public var isForPackager = false
    /// Whether to harden a service that runs other people's work without a probe that does, and to
    /// stop one that the machine stands on.
    public var isForced = false
    /// Whether a campaign that was cut off is left alone instead of being resumed.
    public var isFresh = false
    public var progress: any ProgressListener = Silence()

    public init(unit: String, stateDirectory: String) {
        self.unit = unit
        self.stateDirectory = stateDirectory
    }

    /// Makes the trials: tens of them, each a start of a copy of the service. It ends early, with
    /// the best so far, when its task is cancelled.
    ///
    /// - Throws: `TemperError`; the service is as it was, unless the text says otherwise.
    public func run() async throws(TemperError) -> Hardened {
        try await TemperError.ofWork {
            let began = ContinuousClock.now
            if let planFile, let distrust = planFile.distrust, planFile.acts(below: plan),
                host.isLive || apply != nil
            {
                throw distrust.refusal
            }
            try StateDirectory.prepare(stateDirectory)
            let lock = try CampaignLock(
                unit: unit, of: manager, in: host.tree, directory: stateDirectory)
            defer { lock.release() }
            let store = try TrialStore(directory: stateDirectory)
            try await installer?.examine()
            let found = try await withHost(host, for: distrust, progress) { host in
                try await search(at: host, store, since: began)
            }
            return await installer?.install(found) ?? Hardened(result: found.result)
        }
    }

    /// The plan of the command line over that of the file.
    private var wanted: Plan { planFile?.plan.overridden(by: plan) ?? plan }

    /// Why a lab has to contain what is done there; nil where it need not.
    private var distrust: Distrust? {
        guard case .lab(let lab) = host else { return nil }
        return planFile?.distrust ?? .asSaid(isUntrusted, of: unit)
            ?? Trust.ofCommands.distrust(ofTree: lab.root)
    }

    private var installer: DropInInstaller? {
        apply.map { order in
            DropInInstaller(
                unit: unit, manager: manager, order: order, isForced: isForced,
                isTriedThere: host.isLive, progress: progress)
        }
    }

    private func search(
        at host: Host, _ store: TrialStore, since began: ContinuousClock.Instant
    ) async throws -> ProposedDropIn {
        let setup = ServiceSetup(
            unit: unit, manager: manager, plan: wanted,
            setsAsideTouched: apply != nil && isForced, progress: progress)
        var bench = try await setup.bench(at: host)
        bench.leavesOwners = apply != nil
        if options.isStrictest { bench.plan.attempt.insert(Restriction.killing) }
        let hosting = try bench.admit(isForced: isForced)
        try await bench.refuseImpossibleProbes()
        let ledger = try store.campaign(
            unit: unit,
            fingerprint: Fingerprint.of(bench, options, jobs, isTrusted: distrust == nil),
            isFresh: isFresh, now: now())
        if ledger.resumed > 0 {
            progress.say(
                "going on with campaign \(ledger.id), of which \(ledger.resumed.counted("trial")) "
                    + "are on record; --fresh starts anew")
        }
        let (found, absence) = try await tryOut(bench, setup, ledger)
        var result = HardeningResult(
            found.proof, on: found.context, seconds: (ContinuousClock.now - began).seconds)
        result.warnings += [hosting].compactMap { $0 } + found.proof.warnings
        result.warnings += found.context.notes + bench.probing
        result.tell(absence)
        result.warnings += try await leaveRecord(of: found.proof, on: found.context, store, ledger)
        if found.proof.outcome.ending != .interrupted {
            try ledger.finish(result: JSON.line(result), now: now())
        }
        return ProposedDropIn(result: result, dropIn: found.proof.proven(on: found.context))
    }

    /// In the place of the service where that is in use.
    private func tryOut(
        _ bench: Bench, _ setup: ServiceSetup, _ ledger: CampaignLedger
    ) async throws -> (found: (proof: Proof, context: HardeningContext), absence: Absence) {
        func campaign(
            _ bench: Bench, until mustEnd: ContinuousClock.Instant?
        ) async throws -> (Proof, HardeningContext) {
            try await MoreBenches.with(width - 1, like: bench, setup) { more in
                let context = try await survey(bench, ledger)
                try ledger.note(
                    Provenance(of: bench, using: context.usage, giving: context.ownership))
                let places = TrialPlaces([context.procedure], planned: width)
                more.join(places, of: context)
                return try await TrialAhead.with { ahead in
                    var proving = Proving(setup: setup, context: context, ledger: ledger)
                    proving.isForPackager = isForPackager
                    proving.ahead = width > 1 ? ahead : nil
                    var campaign = try self.campaign(
                        on: context, in: places, ledger, until: mustEnd)
                    campaign.firstStarts = proving.firstStarts
                    campaign.identity = try context.identity(more.owners)
                    campaign.foresee = { [proving] in proving.foresee($0) }
                    let outcome = try await campaign.run()
                    proving.spare = more.leave()
                    return (try await proving.proof(of: outcome), context)
                }
            }
        }
        do {
            switch host {
            case .lab: return (try await campaign(bench, until: nil), Absence())
            case .live(let machine):
                return try await withStandIn(
                    on: bench, atMost: machine.maxDowntime, maxTrials: options.maxTrials, campaign)
            }
        } catch let error as ExperimentError where error.isBaseline {
            throw await TemperError.baseline(error, of: bench)
        }
    }

    /// How many trials are made at a time.
    private var width: Int { host.isLive ? 1 : jobs }

    /// The first look. What a lab's systemd enforces is measured beside it, in a lab of its own.
    private func survey(_ bench: Bench, _ ledger: CampaignLedger) async throws -> HardeningContext {
        if host.isLive {
            let enforcement = try await bench.enforcement(stateDirectory)
            return try await bench.survey(enforcement, ledger, isStrictest: options.isStrictest)
        }
        async let enforcement = bench.enforcement(stateDirectory)
        var context = try await bench.survey(
            .unmeasured, ledger, isStrictest: options.isStrictest)
        context.enforcement = try await enforcement
        return context
    }

    private func campaign(
        on context: HardeningContext, in places: TrialPlaces, _ ledger: CampaignLedger,
        until mustEnd: ContinuousClock.Instant?
    ) throws -> Campaign {
        var options = options
        options.cadence = context.plan.cadence
        options.mustEnd = mustEnd
        options.width = width
        return Campaign(
            problem: try context.problem(), places: places, ledger: ledger,
            options: options, observedUsage: context.observedUsage, baseline: context.baseline,
            now: now, report: progress.show)
    }

    /// Leaves a record of what was proved, for `temper check`.
    ///
    /// - Returns: what the user should know where that was not possible.
    private func leaveRecord(
        of proof: Proof, on context: HardeningContext, _ store: TrialStore, _ ledger: CampaignLedger
    ) async throws -> [String] {
        guard proof.isVerified else { return [] }
        progress.step("writing the record")
        var record = try await proof.record(
            on: context, running: context.observedUsage.programs, isStrict: options.isStrict)
        record.isUntrusted = distrust != nil
        if let problem = record.problem { return ["temper check cannot repeat this: \(problem)"] }
        try store.keep(
            KeptRecord(
                unit: unit, root: context.bench.host.tree,
                account: context.service.machine.user?.name ?? "", made: now(),
                campaign: ledger.id, text: record.text))
        if let file = recordFile { try RecordFile.write(record, to: file) }
        return []
    }
}

/// What a search came to, and what of it can be put on the real unit.
package struct ProposedDropIn: Sendable {
    package var result: HardeningResult
    let dropIn: ProvenDropIn

    package init(result: HardeningResult, dropIn: ProvenDropIn) {
        self.result = result
        self.dropIn = dropIn
    }
}

/// What a `harden` came to.
public struct Hardened: Sendable {
    public let result: HardeningResult
    /// Why the drop-in was not installed although it was to be; nil where it was, or was not to be.
    public var notInstalled: TemperError?
}

extension DropInInstaller {
    /// The drop-in of a search, installed; or why it is not.
    package func install(_ found: ProposedDropIn) async -> Hardened {
        var result = found.result
        if result.dropIn.isEmpty { return Hardened(result: result) }
        do throws(TemperError) {
            if result.ending == .interrupted {
                throw .interrupted("interrupted before the search had ended")
            }
            if !(result.verified || isTriedThere) {
                throw .experiment("the search did not end with a drop-in that was verified")
            }
            result.applied = try await install(found.dropIn)
            result.verified = true
            result.skipped.removeAll { $0.what == HardeningResult.realUnitAtAll }
            return Hardened(result: result)
        } catch {
            result.notApplied = error.description
            // What fails because everything is being ended is no failure of its own.
            let why = Task.isCancelled ? TemperError.interrupted(error.description) : error
            return Hardened(result: result, notInstalled: why)
        }
    }
}
