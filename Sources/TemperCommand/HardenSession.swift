import Foundation
import Glibc
import Hardening
import KernelWatch
import Lab
import Probes
import Reports
import Systemd
import SystemdBus
import TrialLedger
import Trials

/// One `harden`, from a booted lab to a verified drop-in.
package struct HardenSession: Sendable {
    let unit: String
    let plan: Plan
    let options: CampaignOptions
    let labPlan: LabPlan
    let stateDirectory: String
    let progress: Progress
    /// Whether to harden a service that runs other people's work without a probe that does.
    let isForced: Bool

    package init(
        unit: String, plan: Plan, options: CampaignOptions, labPlan: LabPlan,
        stateDirectory: String, progress: Progress, isForced: Bool = false
    ) {
        self.unit = unit
        self.plan = plan
        self.options = options
        self.labPlan = labPlan
        self.stateDirectory = stateDirectory
        self.progress = progress
        self.isForced = isForced
    }

    /// - Throws: `Failure`, with the exit status that fits.
    package func run() async throws -> HardeningResult {
        let began = ContinuousClock.now
        let lock = try CampaignLock(unit: unit, directory: stateDirectory)
        defer { lock.release() }
        let store = try experimentFailures { () throws(ExperimentError) in
            try TrialStore(directory: stateDirectory)
        }
        progress.step("booting a lab of \(labPlan.root == "/" ? "this machine" : labPlan.root)")
        let lab = try await labFailures { () async throws(LabError) in
            try await Lab.boot(labPlan)
        }
        do {
            let result = try await harden(in: lab, store, began)
            try? await lab.end()
            return result
        } catch {
            try? await lab.end()
            if let error = error as? ExperimentError {
                throw error.isInterruption
                    ? Failure.interrupted : Failure.experiment(error.description)
            }
            throw error
        }
    }

    private func harden(
        in lab: Lab, _ store: TrialStore, _ began: ContinuousClock.Instant
    ) async throws -> HardeningResult {
        let bus: Bus
        do { bus = try await Bus.connect(to: .address(lab.busAddress)) } catch {
            throw Failure.experiment(error.description)
        }
        var machine = Machine(
            bus: bus, root: lab.rootPath, network: lab.networkNamespace, isDisposable: true)
        machine.kernel = witness(of: machine)
        progress.step("reading \(unit)")
        let service = try await Service(named: unit, on: machine)
        let plan = try unitPlan(service).overridden(by: plan)
        if plan.probes.isEmpty {
            throw Failure.usage(
                "how can temper see that \(unit) works? give --probe-http, --probe-tcp, "
                    + "--probe-unix, --probe-dbus or --probe, or put Probe= into [X-Temper]")
        }
        let hosting = try hosting(service, plan)
        let probes = try ProbeMaker(machine: machine).probes(for: plan.probes)
        let closeCourse = Course(
            service: service.copies.closer, probes: probes, canReload: service.canReload,
            settle: plan.settle ?? .milliseconds(50))
        progress.step("starting \(unit) once as it is")
        let warmUp: Trial
        do {
            warmUp = try await Campaign.warmUp(closeCourse, cadence: plan.cadence, now: now())
        } catch {
            throw error.isBaseline ? baselineFailure(error) : error
        }
        let acquaintance = Acquaintance(warmUp.sightings, sandbox: service.sandbox)
        let usage = acquaintance.usage(
            declared: service.declaredDirectories, userName: machine.userName)
        let catalogue = Catalogue.standard.accommodating(usage)
        let course = Course(
            service: service.copies(in: catalogue, leftovers: machine.missing(warmUp.writtenFiles)),
            probes: probes, canReload: service.canReload,
            settle: closeCourse.settle)
        progress.step("finding out what this systemd enforces")
        let enforcement = try await LabExamination(
            root: labPlan.root, stateDirectory: stateDirectory
        ).enforcement(of: try await MachineFacts(of: machine))
        func agenda(fixed: Profile = .unrestricted) throws -> Agenda {
            let start = service.sandbox.tightened(
                by: fixed, in: catalogue, dialect: service.dialect)
            return try Agenda(
                catalogue: catalogue, sandbox: service.sandbox, dialect: service.dialect,
                offer: Offer(
                    catalogue: catalogue, sandbox: start, dialect: service.dialect,
                    enforcement: enforcement, keep: plan.keep, attempt: plan.attempt,
                    isLocalOnly: acquaintance.isLocalOnly), fixed: fixed)
        }
        let ledger = try store.campaign(
            unit: unit,
            fingerprint: Fingerprint.of(
                service, try agenda().offer, probes.map(\.name), root: lab.root,
                isStrict: options.isStrict),
            now: now())
        var options = options
        options.cadence = plan.cadence
        let ownership = usage.ownership(keep: plan.keep)
        var campaign = Campaign(
            agenda: try agenda(), course: course, ledger: ledger, options: options,
            acquaintance: acquaintance, usual: Usual(learnedFrom: [warmUp]), now: now,
            report: progress.show)
        if let ownership {
            let name = "User=\(ownership.user)"
            campaign.identity = try identity(
                agenda(fixed: Profile([name], in: catalogue)), named: name, ownership, on: machine)
        }
        let outcome: Outcome
        do { outcome = try await campaign.run() } catch {
            throw error.isBaseline ? baselineFailure(error) : error
        }
        let agenda = outcome.agenda
        let preparation = outcome.hasIdentity ? ownership : nil
        let dropIn = dropIn(outcome, service, preparation)
        let lapses =
            dropIn.isEmpty
            ? []
            : try await service.lapses(
                under: outcome.accepted, in: catalogue, enforcement: enforcement)
        let isVerified = try await verify(
            dropIn, outcome, service, course, enforcement, lapses)
        let firstStart =
            isVerified ? try await firstStartProblem(dropIn, plan, outcome, preparation) : nil
        var result = HardeningResult(
            unit: unit, systemd: service.systemdVersion, outcome: outcome, offer: agenda.offer,
            enforcement: enforcement, catalogue: catalogue,
            notCarriedOver: service.notCarriedOver.map {
                .init(setting: $0.setting, because: $0.because)
            }, dropIn: dropIn, verified: isVerified, seconds: (ContinuousClock.now - began).seconds)
        result.warnings += [hosting, firstStart].compactMap { $0 }
        result.preparations = preparation?.commands ?? []
        result.warnings += lapses.map {
            "\($0), though it is by itself: this systemd leaves it out beside the other settings"
        }
        if outcome.ending != .interrupted { try record(result, ledger) }
        return result
    }

    /// Without a witness the search goes on with fewer hints; the answer is the same.
    private func witness(of machine: Machine) -> (any KernelWitness)? {
        guard let cgroup = machine.rootControlGroup else { return nil }
        do { return try KernelWatch(below: cgroup) } catch {
            progress.step("what the kernel refuses will not be seen: \(error)")
            return nil
        }
    }

    private func unitPlan(_ service: Service) throws -> Plan {
        var plan = Plan()
        for (path, text) in service.unitFiles {
            do { plan = plan.overridden(by: try Plan(reading: text, file: path)) } catch {
                throw Failure.usage(error.description)
            }
        }
        return plan
    }

    private func baselineFailure(_ error: ExperimentError) -> Failure {
        let root = labPlan.root == "/" ? "" : " --root \(labPlan.root)"
        return .experiment(
            """
            \(error.description)
            To see it yourself:
                temper lab up look\(root)
                temper lab exec look systemctl start \(unit)
                temper lab exec look journalctl -u \(unit)
                temper lab down look
            """)
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
