import Hardening
public import Lab
public import Reports
import Systemd
public import Trials

/// One `probe`: starts a service once as it is, in a lab, and asks its probes.
public struct ProbeSession: Sendable {
    /// The service, such as `nginx.service`.
    public var unit: String
    /// What is wanted of it, over what its unit says in `[X-Temper]`.
    public var plan = Plan()
    /// What is wanted of it by a file, below `plan`.
    public var planFile: PlanFile?
    /// Whether nothing of it is trusted, whoever wrote it.
    public var isUntrusted = false
    /// What the lab is made of.
    public var lab = LabPlan()
    public var manager = ManagerChoice.system
    public var progress: any ProgressListener = Silence()

    public init(unit: String) { self.unit = unit }

    /// Starts a copy of the service under no restriction, as the first trial of a `harden` does.
    ///
    /// - Throws: `TemperError` where there can be no lab or no copy, or a probe cannot be asked. That
    ///   the service or a probe fails is an answer.
    public func run() async throws(TemperError) -> ProbeReport {
        try await TemperError.ofWork {
            let distrust =
                planFile?.distrust ?? .asSaid(isUntrusted, of: unit)
                ?? Trust.ofCommands.distrust(ofTree: lab.root)
            return try await withHost(.lab(lab), for: distrust, progress) { host in
                let bench = try await ServiceSetup(
                    unit: unit, manager: manager,
                    plan: planFile?.plan.overridden(by: plan) ?? plan, progress: progress
                ).bench(at: host)
                try await bench.refuseImpossibleProbes()
                return try await ask(bench)
            }
        }
    }

    private func ask(_ bench: Bench) async throws -> ProbeReport {
        progress.step("starting \(bench.unit) once as it is")
        var bench = bench
        let probes = bench.probes.map(TimedProbe.init)
        bench.probes = probes
        let cadence = bench.plan.cadence
        let runner = TrialRunner(
            bench.procedure(of: bench.service.copies, isTold: true),
            expecting: Expectations(chosen: cadence), now: now)
        let trial = try await runner.runOnce(
            TrialSpec(.unrestricted, .asItIs), number: 1)
        return ProbeReport(
            unit: bench.unit, root: bench.host.root, systemd: bench.service.systemdVersion,
            trial: trial, checks: probes.map(\.checks),
            successes: cadence.beforeBaseline.successThreshold, warnings: bench.probing,
            commands: TemperError.commandsInLab(of: bench))
    }
}
