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
                    + "\(service.unit)`), then run again")
        }
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
