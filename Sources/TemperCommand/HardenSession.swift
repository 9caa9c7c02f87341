import Foundation
import Glibc
import Hardening
import KernelWatch
import Probes
import Reports
import Systemd
import TrialLedger
import Trials

/// One `harden`, from a place for its trials to a drop-in.
package struct HardenSession: Sendable {
    let unit: String
    let plan: Plan
    let options: CampaignOptions
    let place: Place
    let stateDirectory: String
    let progress: Progress
    /// Whether to harden a service that runs other people's work without a probe that does.
    let isForced: Bool
    let manager: ManagerChoice
    /// Whether and how the result is put on the real unit of a machine in use.
    let apply: ApplyOrder?
    /// Where to write the record besides; nil for the ledger only.
    package var recordFile: String?

    package init(
        unit: String, plan: Plan, options: CampaignOptions, place: Place,
        stateDirectory: String, progress: Progress, manager: ManagerChoice = .system,
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

    /// - Throws: `Failure`, with the exit status that fits.
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
            throw error.isInterruption
                ? Failure.interrupted : Failure.experiment(error.description)
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
        let site = try await place.open(progress)
        do {
            let finding = try await harden(at: site, store, began)
            await site.close()
            return finding
        } catch {
            await site.close()
            throw error
        }
    }

    private func harden(
        at site: Site, _ store: TrialStore, _ began: ContinuousClock.Instant
    ) async throws -> Finding {
        var machine = try await machine(at: site)
        let watched = witness(of: machine)
        machine.kernel = try? watched.get()
        let (service, given) = try await service(on: machine, at: site)
        var plan = given
        if place.isLive { try Admission.check(service, isForced: isForced) }
        // Files would have to change hands, which nobody could take back for certain.
        if apply != nil { plan.keep.insert("User") }
        if plan.probes.isEmpty {
            throw Failure.usage(
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
                service, plan, probes.map(\.name), root: site.root, isStrict: options.isStrict),
            now: now())
        let enforcement = try await enforcement(on: machine)
        let found: (proof: Proof, ground: Ground)
        var absence = Absence()
        func search(
            _ service: Service, until mustEnd: ContinuousClock.Instant?
        ) async throws -> (proof: Proof, ground: Ground) {
            let ground = try await survey(service, plan, enforcement, ledger)
            try ledger.note(circumstances(of: ground, plan, site, watched))
            let outcome = try await campaign(on: ground, ledger, until: mustEnd).run()
            return (try await prove(outcome, ground, plan, ledger), ground)
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
        let (proof, ground) = found
        var result = HardeningResult(
            unit: unit, systemd: service.systemdVersion, outcome: proof.outcome,
            enforcement: ground.enforcement,
            notCarriedOver: service.notCarriedOver.map {
                .init(
                    setting: ground.course.redaction.applied(to: $0.setting), because: $0.because)
            }, dropIn: proof.dropIn, verified: proof.isVerified,
            seconds: (ContinuousClock.now - began).seconds)
        result.warnings += [hosting].compactMap { $0 } + proof.warnings(for: unit)
        result.preparations = ground.preparation(for: proof.outcome)?.commands ?? []
        result.downtime = absence.downtime
        result.warnings += [absence.cutShort.map { "\($0): the trials ended there" }].compactMap {
            $0
        }
        result.warnings += try await leaveRecord(
            of: proof, on: ground, at: site, store, ledger)
        if place.isLive { result.skipped += skippedLive(plan) }
        if apply != nil && ground.catalogue.directive("User") != nil {
            result.warnings.append(
                "User= was not tried: files would have to change hands, which --apply leaves to "
                    + "you; harden without it says which")
        }
        if proof.outcome.ending != .interrupted { try record(result, ledger) }
        return Finding(result: result, dropIn: proof.proven(on: ground))
    }

    private func campaign(
        on ground: Ground, _ ledger: CampaignLedger, until mustEnd: ContinuousClock.Instant?
    ) throws -> Campaign {
        var options = options
        options.cadence = ground.plan.cadence
        options.mustEnd = mustEnd
        var campaign = Campaign(
            agenda: try ground.agenda(), course: ground.course, ledger: ledger,
            options: options, acquaintance: ground.acquaintance, usual: ground.usual,
            now: now, report: progress.show)
        campaign.identity = try ground.identity()
        return campaign
    }

    /// Without a witness the search goes on with fewer hints; the answer is the same.
    func witness(of machine: Machine) -> Result<any KernelWitness, ExperimentError> {
        guard let cgroup = machine.rootControlGroup else {
            return .failure(ExperimentError("there is no cgroup2 tree to tell copies apart by"))
        }
        do { return .success(try KernelWatch(below: cgroup)) } catch {
            progress.step("what the kernel refuses will not be seen: \(error)")
            return .failure(ExperimentError(error.description))
        }
    }

    /// What the record of this campaign will be read with.
    private func circumstances(
        of ground: Ground, _ plan: Plan, _ site: Site,
        _ watched: Result<any KernelWitness, ExperimentError>
    ) -> Circumstances {
        var circumstances = Circumstances(
            temper: Temper.version, dialect: ground.service.dialect, usage: ground.usage,
            root: site.root)
        circumstances.user = ground.service.machine.user?.name
        circumstances.userID = ground.service.machine.user?.id
        circumstances.preparations = plan.preparations
        circumstances.ownership = ground.ownership?.commands ?? []
        circumstances.probes = plan.probes.map(\.shellCommand)
        circumstances.unitFiles = ground.service.unitFiles.map(\.path)
        switch watched {
        case .success(let witness):
            circumstances.missing = KernelBlindSpot.allCases.filter(witness.blindSpots.contains)
                .map(MissingSource.of)
        case .failure(let error):
            circumstances.missing = [.kernel(because: error.description)]
        }
        return circumstances
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
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}

func experimentFailures<Result>(
    _ work: () throws(ExperimentError) -> Result
) throws(Failure) -> Result {
    do { return try work() } catch { throw .experiment(error.description) }
}
