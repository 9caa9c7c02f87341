import Foundation
import Hardening
import Reports
import Systemd
import Trials

/// What `--apply` is to do.
package struct ApplyOrder: Sendable {
    /// Where the service runs.
    package var machine = LiveMachine()
    /// For all instances of the service's template instead of the one that was tried.
    package var forTemplate = false

    package init() {}
}

/// The proven drop-in on the service of a machine in use: below /run first, through the whole course
/// of the real unit, and only then for good. Whatever goes wrong, all is as it was.
extension HardenSession {
    /// What must hold before minutes are spent on trials.
    func examineTarget() async throws {
        guard let apply else { return }
        let site = try await Site.live(apply.machine)
        do {
            _ = try await target(apply, at: site)
            await site.close()
        } catch {
            await site.close()
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
        let site = try await Site.live(apply.machine)
        do {
            result.applied = try await install(finding, apply, at: site)
            result.verified = true
            result.skipped.removeAll { $0.what == HardenSession.realUnitAtAll }
        } catch let error as Failure {
            result.notApplied = error.message
        } catch let error as ExperimentError {
            result.notApplied = error.description
        }
        await site.close()
        return result
    }

    private func target(_ apply: ApplyOrder, at site: Site) async throws -> Service {
        let service = try await Service(named: unit, on: try await machine(at: site))
        try Admission.check(service, isForced: isForced)
        if apply.forTemplate && service.template == nil {
            throw Failure.usage("--template: \(unit) is no instance of a template")
        }
        let directory = Installation.place(of: service, forTemplate: apply.forTemplate)
        let installed = Installation.installed(in: directory)
        try Admission.check(installed, in: directory, isForced: isForced)
        if installed != nil && place.isLive {
            throw Failure.experiment(
                "\(unit) runs with a drop-in of temper, on which trials on the machine itself would "
                    + "build; `temper revert \(unit)` first")
        }
        return service
    }

    private func install(
        _ finding: Finding, _ apply: ApplyOrder, at site: Site
    ) async throws -> HardeningResult.Applied {
        let service = try await target(apply, at: site)
        let probes = try ProbeMaker(
            machine: service.machine, user: try probeUser(finding.plan, on: service.machine)
        ).probes(for: finding.plan.probes)
        let cadence = finding.plan.cadence.beforeBaseline
        if service.isActive, let trouble = await cadence.health(by: probes).trouble {
            throw Failure.experiment("\(unit) does not pass as it is on this machine: \(trouble)")
        }
        progress.step("trying the drop-in on \(unit) of this machine, which stops and starts")
        let began = ContinuousClock.now
        let installation = try await Installation.begin(service, forTemplate: apply.forTemplate)
        let path: String
        do {
            path = try await tryOut(finding, service, probes, installation)
        } catch {
            // Also after a signal, which cancels this task and everything that it would wait for.
            let aftermath = await Task {
                await installation.end()
                return await self.aftermath(service, probes, cadence)
            }.value
            throw Failure.experiment("\(error); \(aftermath)")
        }
        await Task { await installation.end() }.value
        let seconds = (ContinuousClock.now - began).seconds
        if service.isActive, let trouble = await cadence.health(by: probes).trouble {
            let directory = Installation.place(of: service, forTemplate: apply.forTemplate)
            let aftermath = await Task {
                _ = try? await Installation.revert(service, in: directory)
                return await self.aftermath(service, probes, cadence)
            }.value
            throw Failure.experiment("with the drop-in installed: \(trouble); \(aftermath)")
        }
        return HardeningResult.Applied(path: path, seconds: seconds)
    }

    /// Both lives of the real unit, as it is and with the drop-in; then the drop-in for good.
    private func tryOut(
        _ finding: Finding, _ service: Service, _ probes: [any Probe],
        _ installation: Installation
    ) async throws -> String {
        if service.isActive { try await service.stop() }
        let course = Course(
            service: service.real, probes: probes, canReload: service.canReload,
            settle: finding.settle, redaction: service.redaction)
        var order = Course.Order(
            number: 0, purpose: "the real unit as it is", profile: .unrestricted,
            cadence: finding.plan.cadence.beforeBaseline, began: now(), usual: .unknown)
        if finding.hasSecondStart { order.secondStart = .wanted }
        let before = try await course.run(order)
        guard before.verdict.isPass else {
            throw Failure.experiment(
                "\(unit) does not pass as it is on this machine: \(before.because)")
        }
        let dropIn = finding.result.dropIn
        let differences = try await installation.stage(dropIn, expecting: finding.expected)
        if let first = differences.first {
            throw Failure.experiment(
                "the drop-in does not do on this machine what it did in the trials: \(first)")
        }
        order.purpose = "the real unit with the drop-in"
        order.usual = Usual(learnedFrom: [before])
        var trial = try await course.run(order)
        // It passed before: a single failure may be an accident.
        if !trial.verdict.isPass { trial = try await course.run(order) }
        guard trial.verdict.isPass else {
            throw Failure.experiment(
                "\(unit) of this machine fails with the drop-in: \(trial.because)")
        }
        return try await installation.install(
            InstalledDropIn(
                dropIn, by: "temper \(Temper.version)", on: Self.date,
                systemd: service.systemdVersion, revert: revertCommand(service.machine)),
            expecting: finding.expected)
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
        _ service: Service, _ probes: [any Probe], _ cadence: Cadence
    ) async -> String {
        guard service.isActive else { return "everything is as it was" }
        if let trouble = await cadence.health(by: probes).trouble {
            return "the drop-in is gone, but \(unit) does not pass its probe: \(trouble); "
                + "see `journalctl -u \(unit)`"
        }
        return "everything is as it was, and \(unit) passes its probe"
    }
}
