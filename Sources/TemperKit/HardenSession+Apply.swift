import Foundation
package import Hardening
package import Reports
import Systemd
package import Trials

/// What `--apply` is to do.
package struct ApplyOrder: Sendable {
    /// Where the service runs.
    package var machine = LiveMachine()
    /// For all instances of the service's template instead of the one that was tried.
    package var forTemplate = false

    package init() {}
}

/// A drop-in that passed where it was tried, and what is needed to try it on another machine's unit.
package struct ProvenDropIn: Sendable {
    package var text: String
    let plan: Plan
    /// The sandbox that it makes of the unit.
    let expected: Sandbox
    /// Whether the unrestricted service survives a second start.
    let hasSecondStart: Bool
    let settle: Duration

    package init(
        text: String, plan: Plan, expected: Sandbox, hasSecondStart: Bool, settle: Duration
    ) {
        self.text = text
        self.plan = plan
        self.expected = expected
        self.hasSecondStart = hasSecondStart
        self.settle = settle
    }
}

/// The proven drop-in on the service of a machine in use: below /run first, through the whole course
/// of the real unit, and only then for good. Whatever goes wrong, all is as it was.
extension HardenSession {
    /// What must hold before minutes are spent on trials.
    func examineTarget() async throws {
        guard let apply else { return }
        let host = try await Host.live(apply.machine)
        do {
            _ = try await target(apply, at: host)
            await host.close()
        } catch {
            await host.close()
            throw error
        }
    }

    /// The drop-in of the finding, installed; or why it is not.
    package func apply(_ finding: Finding) async throws -> HardeningResult {
        var result = finding.result
        guard let apply, !result.dropIn.isEmpty else { return result }
        if result.ending == "interrupted" || !(result.verified || place.isLive) {
            result.notApplied = "the search did not end with a drop-in that was verified"
            return result
        }
        switch try await install(finding.dropIn, apply) {
        case .success(let applied):
            result.applied = applied
            result.verified = true
            result.skipped.removeAll { $0.what == HardenSession.realUnitAtAll }
        case .failure(let failure): result.notApplied = failure.description
        }
        return result
    }

    /// - Returns: where it was installed, or why all is as it was.
    func install(
        _ dropIn: ProvenDropIn, _ apply: ApplyOrder
    ) async throws -> Result<HardeningResult.Applied, TemperError> {
        let host = try await Host.live(apply.machine)
        var result: Result<HardeningResult.Applied, TemperError>
        do {
            result = .success(try await install(dropIn, apply, at: host))
        } catch let error as TemperError {
            result = .failure(error)
        } catch let error as ExperimentError {
            result = .failure(TemperError(error))
        } catch {
            await host.close()
            throw error
        }
        await host.close()
        return result
    }

    private func target(_ apply: ApplyOrder, at host: Host) async throws -> Service {
        let service = try await Service(named: unit, on: try await machine(at: host))
        let isInstalled = Installation.isInstalled(for: service)
        try Admission.check(service, isForced: isForced, evenFailing: isInstalled)
        if apply.forTemplate && service.template == nil {
            throw TemperError.usage("--template: \(unit) is no instance of a template")
        }
        let directory = Installation.place(of: service, forTemplate: apply.forTemplate)
        try Admission.check(
            Installation.installed(in: directory), in: directory, isForced: isForced)
        if isInstalled && place.isLive {
            throw TemperError.experiment(
                "\(unit) runs with a drop-in of temper, on which trials on the machine itself would "
                    + "build; `temper revert \(unit)` first")
        }
        return service
    }

    private func install(
        _ dropIn: ProvenDropIn, _ apply: ApplyOrder, at host: Host
    ) async throws -> HardeningResult.Applied {
        let service = try await target(apply, at: host)
        let probes = try ProbeMaker(
            machine: service.machine, user: try probeUser(dropIn.plan, on: service.machine)
        ).probes(for: dropIn.plan.probes)
        let cadence = dropIn.plan.cadence.beforeBaseline
        let trouble = service.isActive ? await cadence.health(by: probes).trouble : nil
        // Under a drop-in that is to give way it may fail.
        if let trouble, !Installation.isInstalled(for: service) {
            throw TemperError.experiment(
                "\(unit) does not pass as it is on this machine: \(trouble)")
        }
        let before = Standing(
            directory: Installation.place(of: service, forTemplate: apply.forTemplate),
            isHealthy: service.isActive && trouble == nil)
        progress.step("trying the drop-in on \(unit) of this machine, which stops and starts")
        let began = ContinuousClock.now
        let installation = try await Installation.begin(service, forTemplate: apply.forTemplate)
        let path: String
        do {
            path = try await tryOut(dropIn, service, probes, installation)
        } catch {
            // Also after a signal, which cancels this task and everything that it would wait for.
            let aftermath = await Task {
                await installation.end()
                return await self.aftermath(before, probes, cadence)
            }.value
            let isInterruption = (error as? ExperimentError)?.isInterruption ?? false
            let why = "\(error); \(aftermath)"
            throw isInterruption ? TemperError.interrupted(why) : .experiment(why)
        }
        await Task { await installation.end() }.value
        let seconds = (ContinuousClock.now - began).seconds
        if installation.isToRun, let trouble = await cadence.health(by: probes).trouble {
            let aftermath = await Task {
                _ = try? await Installation.revert(
                    service, in: before.directory, to: before.installed)
                return await self.aftermath(before, probes, cadence)
            }.value
            throw TemperError.experiment("with the drop-in installed: \(trouble); \(aftermath)")
        }
        return HardeningResult.Applied(path: path, seconds: seconds)
    }

    /// How a unit stands before anything is done to it.
    private struct Standing {
        let directory: DropInDirectory
        let installed: InstalledDropIn?
        /// Whether it runs and passes its probes.
        let isHealthy: Bool

        init(directory: DropInDirectory, isHealthy: Bool) {
            self.directory = directory
            installed = Installation.installed(in: directory)
            self.isHealthy = isHealthy
        }
    }

    /// Both lives of the real unit, as it was shipped and with the drop-in; then the drop-in for
    /// good.
    private func tryOut(
        _ dropIn: ProvenDropIn, _ service: Service, _ probes: [any Probe],
        _ installation: Installation
    ) async throws -> String {
        if installation.isToRun { try await service.stop() }
        if installation.supersedes { try await installation.stageNothing() }
        let procedure = TrialProcedure(
            service: service.real, probes: probes, canReload: service.canReload,
            settle: dropIn.settle, redaction: service.redaction)
        var order = TrialProcedure.Order(
            number: 0, purpose: "the real unit as it is", profile: .unrestricted,
            cadence: dropIn.plan.cadence.beforeBaseline, began: now(), baseline: .unknown)
        if dropIn.hasSecondStart { order.secondStart = .wanted }
        let before = try await procedure.run(order)
        guard before.verdict.isPass else {
            let how = installation.supersedes ? "without any drop-in of temper" : "as it is"
            throw TemperError.experiment(
                "\(unit) does not pass \(how) on this machine: \(before.because)")
        }
        let differences = try await installation.stage(
            dropIn.text, expecting: dropIn.expected)
        if let first = differences.first {
            throw TemperError.experiment(
                "the drop-in does not do on this machine what it did in the trials: \(first)")
        }
        order.purpose = "the real unit with the drop-in"
        order.baseline = Baseline(learnedFrom: [before])
        var trial = try await procedure.run(order)
        // It passed before: a single failure may be an accident.
        if !trial.verdict.isPass { trial = try await procedure.run(order) }
        guard trial.verdict.isPass else {
            throw TemperError.experiment(
                "\(unit) of this machine fails with the drop-in: \(trial.because)")
        }
        return try await installation.install(
            InstalledDropIn(
                dropIn.text, by: "temper \(TemperVersion.current)", on: Self.date,
                systemd: service.systemdVersion, revert: revertCommand(service.machine)),
            expecting: dropIn.expected)
    }

    private func revertCommand(_ machine: Machine) -> String {
        let template = apply?.forTemplate == true ? " --template" : ""
        return "temper revert\(machine.user == nil ? "" : " --user")\(template) \(unit)"
    }

    private static var date: String {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(identifier: "UTC")
        format.dateFormat = "yyyy-MM-dd HH:mm"
        return format.string(from: Date()) + " UTC"
    }

    /// How the service fares after all was undone.
    private func aftermath(
        _ before: Standing, _ probes: [any Probe], _ cadence: Cadence
    ) async -> String {
        guard before.isHealthy else { return "everything is as it was" }
        if let trouble = await cadence.health(by: probes).trouble {
            return "all was undone, but \(unit) does not pass its probe: \(trouble); "
                + "see `journalctl -u \(unit)`"
        }
        return "everything is as it was, and \(unit) passes its probe"
    }
}
