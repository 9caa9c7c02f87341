import Hardening
public import Lab
public import Reports
import Systemd
import Trials
import WaysOut

/// One `escape`: tries every way out of the sandbox of a unit as it stands, whoever hardened it, in
/// a lab.
public struct EscapeSession: Sendable {
    /// The service, such as `nginx.service`.
    public var unit: String
    public var manager = ManagerChoice.system
    /// What the lab is made of.
    public var lab = LabPlan()
    /// Whether the tree is not trusted, whoever wrote it.
    public var isUntrusted = false
    public var progress: any ProgressListener = Silence()

    public init(unit: String) { self.unit = unit }

    /// Starts the real unit in a lab, and a canary in its sandbox.
    ///
    /// - Throws: `TemperError` where there can be no lab, or the service does not come up in it.
    public func run() async throws(TemperError) -> EscapeReport {
        try await TemperError.ofWork {
            let began = ContinuousClock.now
            let distrust =
                Distrust.asSaid(isUntrusted, of: unit)
                ?? Trust.ofCommands.distrust(ofTree: lab.root)
            return try await withHost(.lab(lab), for: distrust, progress) { host in
                let service = try await ServiceSetup(
                    unit: unit, manager: manager, plan: Plan(), progress: progress
                ).serviceAsItStands(at: host)
                progress.step("trying \(WayOut.all.count) ways out of \(service.unit)")
                let states = try await service.waysOut()
                return EscapeReport(
                    unit: service.unit, root: host.root, systemd: service.systemdVersion,
                    exposure: service.subject(in: .standard).exposure, states: states,
                    seconds: (ContinuousClock.now - began).seconds)
            }
        }
    }
}
