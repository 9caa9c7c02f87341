import Foundation
import Glibc
import Hardening
import KernelWatch
import Probes
package import Reports
import Systemd
import TrialLedger
package import Trials

/// One `harden`, from a place for its trials to a drop-in.
package struct HardenSession: Sendable {
    let unit: String
    let plan: Plan
    let options: CampaignOptions
    let place: HostChoice
    let stateDirectory: String
    let progress: any ProgressListener
    /// Whether to harden a service that runs other people's work without a probe that does.
    let isForced: Bool
    let manager: ManagerChoice
    /// Whether and how the result is put on the real unit of a machine in use.
    let apply: ApplyOrder?
    /// Where to write the record besides; nil for the ledger only.
    package var recordFile: String?

    package init(
        unit: String, plan: Plan, options: CampaignOptions, place: HostChoice,
        stateDirectory: String, progress: any ProgressListener, manager: ManagerChoice = .system,
        isForced: Bool = false, apply: ApplyOrder? = nil
    ) {
        self.apply = apply
        self.manager = manager
        self.unit = unit
        self.plan = plan
        self.options = options
        self.place = place
        self.stateDirectory = stateDirectory
        self.progress = progress
        self.isForced = isForced
    }

    /// - Throws: `TemperError`, with the exit status that fits.
    package func run() async throws -> HardeningResult {
        let began = ContinuousClock.now
        try StateDirectory.prepare(stateDirectory)
        let lock = try CampaignLock(unit: unit, directory: stateDirectory)
        defer { lock.release() }
        let store = try experimentFailures { () throws(ExperimentError) in
            try TrialStore(directory: stateDirectory)
        }
        do {
            try await examineTarget()
            return try await apply(try await explore(store, began))
        } catch let error as ExperimentError {
            throw TemperError(error)
        }
    }

    /// What a search came to, and what of it can be put on the real unit.
    package struct Finding: Sendable {
        package var result: HardeningResult
        let dropIn: ProvenDropIn

        package init(result: HardeningResult, dropIn: ProvenDropIn) {
            self.result = result
            self.dropIn = dropIn
        }
    }

    private func explore(
        _ store: TrialStore, _ began: ContinuousClock.Instant
    ) async throws -> Finding {
        let host = try await place.open(progress)
        do {
            let finding = try await harden(at: host, store, began)
            await host.close()
            return finding
        } catch {
            await host.close()
            throw error
        }
    }

    private func harden(
        at host: Host, _ store: TrialStore, _ began: ContinuousClock.Instant
    ) async throws -> Finding {
        var machine = try await machine(at: host)
        let watched = tracer(of: machine)
        machine.kernel = try? watched.get()
        let (service, given) = try await service(on: machine, at: host)
        var plan = given
        if place.isLive { try Admission.check(service, isForced: isForced) }
        // Files would have to change hands, which nobody could take back for certain.
        if apply != nil { plan.keep.insert("User") }
        if plan.probes.isEmpty {
            throw TemperError.usage(
                "how can temper see that \(unit) works? give --probe-http, --probe-tcp, "
                    + "--probe-unix, --probe-dbus or --probe, or put Probe= into [X-Temper]")
        }
        let hosting = try hosting(service, plan)
        let probes = try ProbeMaker(
            machine: machine, user: try probeUser(plan, on: machine)
        ).probes(for: plan.probes)
        let ledger = try store.campaign(
            unit: unit,
            fingerprint: Fingerprint.of(
                service, plan, probes.map(\.name), root: host.root, isStrict: options.isStrict),
            now: now())
        let enforcement = try await enforcement(on: machine)
        let found: (proof: Proof, context: HardeningContext)
        var absence = Absence()
        func search(
            _ service: Service, until mustEnd: ContinuousClock.Instant?
        ) async throws -> (proof: Proof, context: HardeningContext) {
            let context = try await survey(service, plan, enforcement, ledger)
            try ledger.note(provenance(of: context, plan, host, watched))
            let outcome = try await campaign(on: context, ledger, until: mustEnd).run()
            return (try await prove(outcome, context, plan, ledger), context)
        }
        do {
            switch place {
            case .lab: found = try await search(service, until: nil)
            case .live(let live):
                (found, absence) = try await inPlace(of: service, for: live, search)
            }
        } catch let error as ExperimentError {
            throw error.isBaseline ? baselineFailure(error, service, plan) : error
        }
        let (proof, context) = found
        var result = HardeningResult(
            unit: unit, systemd: service.systemdVersion, outcome: proof.outcome,
            enforcement: context.enforcement,
            notCarriedOver: service.notCarriedOver.map {
                .init(
                    setting: context.procedure.redaction.applied(to: $0.setting),
                    because: $0.because)
            }, dropIn: proof.dropIn, verified: proof.isVerified,
            seconds: (ContinuousClock.now - began).seconds)
        result.warnings += [hosting].compactMap { $0 } + proof.warnings(for: unit)
        result.preparations = context.preparation(for: proof.outcome)?.commands ?? []
        result.downtime = absence.downtime
        result.warnings += [absence.cutShort.map { "\($0): the trials ended there" }].compactMap {
            $0
        }
        result.warnings += try await leaveRecord(
            of: proof, on: context, at: host, store, ledger)
        if place.isLive { result.skipped += skippedLive(plan) }
        if apply != nil && context.catalogue.directive("User") != nil {
            result.warnings.append(
                "User= was not tried: files would have to change hands, which --apply leaves to "
                    + "you; harden without it says which")
        }
        if proof.outcome.ending != .interrupted { try record(result, ledger) }
        return Finding(result: result, dropIn: proof.proven(on: context))
    }

    private func campaign(
        on context: HardeningContext, _ ledger: CampaignLedger,
        until mustEnd: ContinuousClock.Instant?
    ) throws -> Campaign {
        var options = options
        options.cadence = context.plan.cadence
        options.mustEnd = mustEnd
        var campaign = Campaign(
            problem: try context.problem(), procedure: context.procedure, ledger: ledger,
            options: options, observedUsage: context.observedUsage, baseline: context.baseline,
            now: now, report: progress.show)
        campaign.identity = try context.identity()
        return campaign
    }

    /// Without a witness the search goes on with fewer hints; the answer is the same.
    func tracer(of machine: Machine) -> Result<any KernelTracer, ExperimentError> {
        guard let cgroup = machine.rootControlGroup else {
            return .failure(ExperimentError("there is no cgroup2 tree to tell copies apart by"))
        }
        do { return .success(try KernelWatch(below: cgroup)) } catch {
            progress.step("what the kernel refuses will not be seen: \(error)")
            return .failure(ExperimentError(error.description))
        }
    }

    /// What the record of this campaign will be read with.
    private func provenance(
        of context: HardeningContext, _ plan: Plan, _ host: Host,
        _ watched: Result<any KernelTracer, ExperimentError>
    ) -> Provenance {
        var provenance = Provenance(
            temper: TemperVersion.current, dialect: context.service.dialect, usage: context.usage,
            root: host.root)
        provenance.user = context.service.machine.user?.name
        provenance.userID = context.service.machine.user?.id
        provenance.preparations = plan.preparations
        provenance.ownership = context.ownership?.commands ?? []
        provenance.probes = plan.probes.map(\.shellCommand)
        provenance.unitFiles = context.service.unitFiles.map(\.path)
        switch watched {
        case .success(let tracer):
            provenance.missing = KernelBlindSpot.allCases.filter(tracer.blindSpots.contains)
                .map(MissingSource.of)
        case .failure(let error):
            provenance.missing = [.kernel(because: error.description)]
        }
        return provenance
    }

    private func record(_ result: HardeningResult, _ ledger: CampaignLedger) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        try ledger.finish(
            result: String(decoding: try encoder.encode(result), as: UTF8.self), now: now())
    }
}

/// Microseconds since 1970.
@Sendable func now() -> UInt64 { UInt64(Date().timeIntervalSince1970 * 1e6) }

extension Duration {
    package var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
