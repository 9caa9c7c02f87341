/// `Type=` of a service, with the words of systemd.service(5).
public enum ServiceType: String, Hashable, Sendable, CaseIterable {
    case simple, exec, forking, oneshot, dbus, notify, idle
    case notifyReload = "notify-reload"

    /// The type of the bare unit to compare with, and of the copy too but for one case.
    ///
    /// With `simple` and `idle` the start job is done before the program runs, so that a sandbox
    /// that cannot be set up (exit status 200 to 246) would pass unseen. `dbus` needs `BusName=`,
    /// which a second loaded unit may not have; a probe asks for the name's owner instead.
    public var ofCopy: ServiceType {
        switch self {
        case .simple, .idle, .dbus: .exec
        case .exec, .forking, .oneshot, .notify, .notifyReload: self
        }
    }

    /// The type under which a copy is started.
    ///
    /// Measured: a unit with `PAMName=` and `Type=exec` never gets past `activating` on systemd
    /// 252, and does on 257 and 262. There the copy stays as its original was.
    func ofCopy(withPAM usesPAM: Bool, systemd version: Int) -> ServiceType {
        ofCopy == .exec && self != .exec && usesPAM && version < 257 ? .simple : ofCopy
    }
}
