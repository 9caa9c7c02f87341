import Foundation
import Hardening
package import Reports
import Systemd
import Trials

/// Puts a proven drop-in on the service of a machine in use: below /run first, through the whole
/// course of the real unit, and only then for good. Whatever goes wrong, all is as it was.
package struct DropInInstaller: Sendable {
    let unit: String
    let manager: ManagerChoice
    let order: ApplyOrder
    let isForced: Bool
    /// Whether the trials are made on the machine itself, where what is installed counts.
    let isTriedThere: Bool
    let progress: any ProgressListener

    package init(
        unit: String, manager: ManagerChoice, order: ApplyOrder, isForced: Bool,
        isTriedThere: Bool, progress: any ProgressListener
    ) {
        self.unit = unit
        self.manager = manager
        self.order = order
        self.isForced = isForced
        self.isTriedThere = isTriedThere
        self.progress = progress
    }

    /// Finds out before minutes are spent on trials whether a drop-in could be installed.
    func examine() async throws {
        try await withHost(.live(order.machine)) { host in _ = try await target(at: host) }
    }

    /// - Returns: where it was installed.
    /// - Throws: why it was not; all is as it was, or the text says what is not.
    package func install(
        _ dropIn: ProvenDropIn
    ) async throws(TemperError) -> HardeningResult.Applied {
        try await TemperError.ofWork {
            try await withHost(.live(order.machine)) { host in
                try await install(dropIn, on: try await target(at: host), of: host)
            }
        }
    }

    private func target(at host: Host) async throws -> Service {
        let service = try await Service(
            named: unit, on: try await host.machine(of: manager, progress))
        let isInstalled = Installation.isInstalled(for: service)
        try Admission.check(service, isForced: isForced, evenFailing: isInstalled)
        if order.forTemplate && service.template == nil {
            throw TemperError.usage("--template: \(unit) is no instance of a template")
        }
        let directory = Installation.place(of: service, forTemplate: order.forTemplate)
        try Admission.check(writing: directory)
        try Admission.check(
            Installation.installed(in: directory), in: directory, isForced: isForced)
        if isInstalled && isTriedThere {
            throw TemperError.experiment(
                "\(unit) runs with a drop-in of temper, on which trials on the machine itself would "
                    + "build; `temper revert \(unit.shellQuoted)` first")
        }
        return service
    }

    private func install(
        _ dropIn: ProvenDropIn, on service: Service, of host: Host
    ) async throws -> HardeningResult.Applied {
        let bench = try Bench(
            host: host, unit: unit, service: service, plan: dropIn.plan, progress: progress)
        let before = try await State(
            of: bench, in: Installation.place(of: service, forTemplate: order.forTemplate))
        progress.step("trying the drop-in on \(unit) of this machine, which stops and starts")
        let began = ContinuousClock.now
        let installation = try await Installation.begin(service, forTemplate: order.forTemplate)
        let path: String
        do {
            path = try await tryOut(dropIn, bench, installation)
        } catch {
            // Also after a signal, which cancels this task and everything that it would wait for.
            let aftermath = await Task {
                await installation.end()
                return await before.aftermath(on: bench)
            }.value
            let why = TemperError(error)
            throw why.saying("\(why); \(aftermath)")
        }
        await Task { await installation.end() }.value
        let seconds = (ContinuousClock.now - began).seconds
        if installation.isToRun, let trouble = await bench.trouble {
            let aftermath = await Task {
                _ = try? await Installation.revert(
                    service, in: before.directory, to: before.installed)
                return await before.aftermath(on: bench)
            }.value
            throw TemperError.experiment("with the drop-in installed: \(trouble); \(aftermath)")
        }
        JournalMessage(.installed, unit: unit, "\(path) is in force: \(unit) is hardened").send()
        return HardeningResult.Applied(path: path, seconds: seconds)
    }

    /// Both lives of the real unit, as it was shipped and with the drop-in; then the drop-in for
    /// good.
    private func tryOut(
        _ dropIn: ProvenDropIn, _ bench: Bench, _ installation: Installation
    ) async throws -> String {
        let service = bench.service
        if installation.isToRun { try await service.stop() }
        if installation.supersedes { try await installation.stageNothing() }
        let procedure = bench.procedure(of: service.real)
        let cadence = dropIn.plan.cadence.beforeBaseline
        var runner = TrialRunner(
            procedure, expecting: Expectations(.unknown, cadence: cadence), now: now)
        let before = try await runner.runAside(
            TrialSpec(.unrestricted, .realUnitAsItIs, startsAgain: dropIn.hasSecondStart))
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
        try runner.expect(Expectations(Baseline(learnedFrom: [before]), cadence: cadence))
        let trial = try await runner.runAside(
            TrialSpec(.unrestricted, .realUnit, startsAgain: dropIn.hasSecondStart), attempts: 2)
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
        let template = order.forTemplate ? " --template" : ""
        return "temper revert\(machine.user == nil ? "" : " --user")\(template) \(unit.shellQuoted)"
    }

    private static var date: String {
        CivilTime(microseconds: UInt64(Date().timeIntervalSince1970 * 1e6)).short
    }
}

/// How a unit stands before anything is done to it.
private struct State {
    let directory: DropInDirectory
    let installed: InstalledDropIn?
    /// Whether it runs and passes its probes.
    let isHealthy: Bool

    /// - Throws: `TemperError.experiment` where it runs and does not pass, unless it does so under
    ///   a drop-in that is to give way.
    init(of bench: Bench, in directory: DropInDirectory) async throws(TemperError) {
        self.directory = directory
        installed = Installation.installed(in: directory)
        let isActive = bench.service.isActive
        let trouble = isActive ? await bench.trouble : nil
        if let trouble, !Installation.isInstalled(for: bench.service) {
            throw .experiment(
                "\(bench.unit) does not pass as it is on this machine: \(trouble)")
        }
        isHealthy = isActive && trouble == nil
    }

    /// How the service fares after all was undone.
    func aftermath(on bench: Bench) async -> String {
        guard isHealthy else { return "everything is as it was" }
        if let trouble = await bench.trouble {
            return "all was undone, but \(bench.unit) does not pass its probe: \(trouble); "
                + "see `journalctl -u \(bench.unit.shellQuoted)`"
        }
        return "everything is as it was, and \(bench.unit) passes its probe"
    }
}

extension Bench {
    /// What keeps the running service from being healthy; nil for nothing.
    fileprivate var trouble: String? {
        get async { await plan.cadence.beforeBaseline.health(by: probes).trouble }
    }
}
