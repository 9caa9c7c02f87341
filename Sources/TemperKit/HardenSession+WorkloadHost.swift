import Systemd
import Trials

/// Services that run other people's work in their own sandbox: sshd, cron, container runtimes.
extension HardenSession {
    /// What the result must say of it; nil for a service that only does its own work.
    ///
    /// - Throws: `TemperError.usage` where no probe does such work and the user does not insist.
    func hosting(_ service: Service, _ plan: Plan) throws(TemperError) -> String? {
        guard let hosting = WorkloadHost.of(unit: service.unit, programs: service.programs) else {
            return nil
        }
        let inheritance = hosting.inheritance(of: service.unit)
        if plan.probeDoesWork { return "\(inheritance); the probe is said to do such work" }
        if isForced { return "\(inheritance); no probe tried that" }
        throw .usage(
            "\(inheritance). Let a probe do such work (\(hosting.probe)) and say so with "
                + "--probe-does-work or ProbeDoesWork=yes; or insist with --force")
    }
}
