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

    /// What a search came to, and what is needed to put it on the real unit.
    package struct Finding: Sendable {
        package var result: HardeningResult
        let plan: Plan
        /// The sandbox that the drop-in makes of the unit.
        let expected: Sandbox
        /// Whether the unrestricted service survives a second start.
        let hasSecondStart: Bool
        let settle: Duration

        package init(
            result: HardeningResult, plan: Plan, expected: Sandbox, hasSecondStart: Bool,
            settle: Duration
        ) {
            self.result = result
            self.plan = plan
            self.expected = expected
            self.hasSecondStart = hasSecondStart
            self.settle = settle
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
        machine.kernel = witness(of: machine)
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
        switch place {
        case .lab: found = try await search(service, plan, enforcement, ledger, until: nil)
        case .live(let live):
            (found, absence) = try await inPlace(of: service, for: live) { service, end in
                try await search(service, plan, enforcement, ledger, until: end)
            }
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
        if place.isLive { result.skipped += skippedLive(plan) }
        if apply != nil && ground.catalogue.directive("User") != nil {
            result.warnings.append(
                "User= was not tried: files would have to change hands, which --apply leaves to "
                    + "you; harden without it says which")
        }
        if proof.outcome.ending != .interrupted { try record(result, ledger) }
        let agenda = proof.outcome.agenda
        return Finding(
            result: result, plan: plan,
            expected: agenda.sandbox.tightened(
                by: proof.outcome.accepted, in: agenda.catalogue, dialect: agenda.dialect),
            hasSecondStart: proof.outcome.usual.noSecondStart == nil,
            settle: ground.course.settle)
    }

    /// All that is started of the service: from its first look to the last.
    private func search(
        _ service: Service, _ plan: Plan, _ enforcement: Enforcement, _ ledger: CampaignLedger,
        until mustEnd: ContinuousClock.Instant?
    ) async throws -> (proof: Proof, ground: Ground) {
        let probes = try ProbeMaker(
            machine: service.machine, user: try probeUser(plan, on: service.machine)
        ).probes(for: plan.probes)
        let ground: Ground
        let outcome: Outcome
        do {
            ground = try await survey(service, probes, plan, enforcement, ledger)
            var options = options
            options.cadence = plan.cadence
            options.mustEnd = mustEnd
            var campaign = Campaign(
                agenda: try ground.agenda(), course: ground.course, ledger: ledger,
                options: options, acquaintance: ground.acquaintance, usual: ground.usual,
                now: now, report: progress.show)
            campaign.identity = try ground.identity()
            outcome = try await campaign.run()
        } catch let error as ExperimentError {
            throw error.isBaseline ? baselineFailure(error, service.machine, plan) : error
        }
        return (try await prove(outcome, ground, plan), ground)
    }

    /// Without a witness the search goes on with fewer hints; the answer is the same.
    private func witness(of machine: Machine) -> (any KernelWitness)? {
        guard let cgroup = machine.rootControlGroup else { return nil }
        do { return try KernelWatch(below: cgroup) } catch {
            progress.step("what the kernel refuses will not be seen: \(error)")
            return nil
        }
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
