import Hardening
import Systemd
import Trials

/// Whether a service of a machine in use may be stopped and started for what temper does.
enum Admission {
    /// - Parameters:
    ///   - isForced: the user insists, which helps against what the service is, and not against the
    ///     moment.
    ///   - evenFailing: also one that is started again and again after failures: what it fails
    ///     under is to give way.
    /// - Throws: one line with the reason.
    static func check(
        _ service: Service, isForced: Bool, evenFailing: Bool = false,
        session: CriticalUnits.Session = .own
    ) throws(TemperError) {
        if let why = CriticalUnits.reason(against: service.names, in: session), !isForced {
            throw .usage(
                "\(service.unit) is not stopped for a try: \(why). A lab is no risk (`temper harden` "
                    + "without --live and --apply); or insist with --force")
        }
        if let unrest = service.unrest, !(evenFailing && service.isFailing) {
            throw .experiment(
                "\(service.unit) is \(unrest); wait until it has settled (`systemctl status "
                    + "\(service.unit.shellQuoted)`), then run again")
        }
    }

    /// On some machines what systemd reads is made elsewhere, such as by NixOS or in an image.
    static func check(writing place: DropInDirectory) throws(TemperError) {
        guard place.isReadOnly else { return }
        throw .experiment(
            "\(place.path) is on a read-only file system; take the drop-in with --output instead of "
                + "--apply, and put it into what that file system is made from (an image: "
                + "/usr/lib/systemd; NixOS: systemd.packages)")
    }

    /// A drop-in that somebody changed is the administrator's.
    static func check(
        _ installed: InstalledDropIn?, in place: DropInDirectory, isForced: Bool
    ) throws(TemperError) {
        guard let installed, !installed.isUntouched, !isForced else { return }
        throw .experiment(
            "\(place.path)/\(InstalledDropIn.fileName) is not as temper wrote it; rename it to keep "
                + "it, or insist with --force")
    }
}

extension Bench {
    /// Whether a search may begin, and what its result must say of a service that runs other
    /// people's work in its own sandbox (sshd, cron, container runtimes); nil of any other.
    ///
    /// - Throws: `TemperError` where the user has to say more first.
    func admit(isForced: Bool) throws(TemperError) -> String? {
        if host.isLive { try Admission.check(service, isForced: isForced) }
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
