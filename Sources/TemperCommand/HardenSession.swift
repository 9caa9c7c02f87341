import Foundation
import Glibc
import Hardening
import Lab
import Probes
import Reports
import Systemd
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
    let manager: ManagerChoice

    package init(
        unit: String, plan: Plan, options: CampaignOptions, labPlan: LabPlan,
        stateDirectory: String, progress: Progress, manager: ManagerChoice = .system
    ) {
        self.manager = manager
        self.unit = unit
        self.plan = plan
        self.options = options
        self.labPlan = labPlan
        self.stateDirectory = stateDirectory
        self.progress = progress
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
        let machine = try await machine(in: lab)
        let (service, plan) = try await service(on: machine, in: lab)
        if plan.probes.isEmpty {
            throw Failure.usage(
                "how can temper see that \(unit) works? give --probe-http, --probe-tcp, "
                    + "--probe-unix, --probe-dbus or --probe, or put Probe= into [X-Temper]")
        }
        let probes = try ProbeMaker(machine: machine).probes(for: plan.probes)
        let course = Course(
            service: service.copies, probes: probes, canReload: service.canReload,
            settle: plan.settle ?? .milliseconds(50))
        progress.step("starting \(unit) once as it is")
        let warmUp: Trial
        do {
            warmUp = try await Campaign.warmUp(course, cadence: plan.cadence, now: now())
        } catch {
            throw error.isBaseline ? baselineFailure(error, machine, plan) : error
        }
        let acquaintance = Acquaintance(warmUp.sightings, sandbox: service.sandbox)
        let catalogue = Catalogue.standard(under: service.dialect.scope)
        progress.step("asking what the manager can apply")
        let offer = Offer(
            catalogue: catalogue, sandbox: service.sandbox, dialect: service.dialect,
            keep: plan.keep, attempt: plan.attempt, isLocalOnly: acquaintance.isLocalOnly,
            inapplicable: try await service.inapplicable)
        let agenda = try Agenda(
            catalogue: catalogue, sandbox: service.sandbox, dialect: service.dialect, offer: offer)
        let ledger = try store.campaign(
            unit: unit,
            fingerprint: Fingerprint.of(
                service, offer, probes.map(\.name) + plan.preparations, root: lab.root),
            now: now())
        var options = options
        options.cadence = plan.cadence
        let campaign = Campaign(
            agenda: agenda, course: course, ledger: ledger, options: options,
            acquaintance: acquaintance, now: now, report: progress.show)
        let outcome: Outcome
        do { outcome = try await campaign.run() } catch {
            throw error.isBaseline ? baselineFailure(error, machine, plan) : error
        }
        let dropIn = dropIn(outcome, service, agenda)
        let isVerified = try await verify(dropIn, outcome, service, agenda, course)
        let firstStart = isVerified ? try await firstStartProblem(dropIn, plan, outcome) : nil
        var result = HardeningResult(
            unit: unit, systemd: service.systemdVersion, outcome: outcome, offer: offer,
            catalogue: catalogue,
            notCarriedOver: service.notCarriedOver.map {
                .init(setting: $0.setting, because: $0.because)
            }, dropIn: dropIn, verified: isVerified, seconds: (ContinuousClock.now - began).seconds)
        if let firstStart { result.warnings.append(firstStart) }
        if outcome.ending != .interrupted { try record(result, ledger) }
        return result
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
