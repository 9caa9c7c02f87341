import Glibc
import Hardening
import Systemd
import SystemdBus
import Trials

/// One `revert`: takes away the drop-in that was installed, and restarts the service.
public struct Reversal: Sendable {
    /// The service, such as `nginx.service`.
    public var unit: String
    public var manager = ManagerChoice.system
    public var machine = LiveMachine()
    /// The drop-in of the instance's template, for all its instances.
    public var forTemplate = false
    /// Also a drop-in that was changed by hand, and of a service that the machine stands on.
    public var isForced = false

    public init(unit: String) { self.unit = unit }

    /// - Returns: what was done, in one line.
    /// - Throws: `TemperError`, `absent` where nothing is installed; nothing was changed, unless the
    ///   text says so.
    public func run() async throws(TemperError) -> String {
        try await TemperError.ofWork {
            if case .user = manager, geteuid() != 0 { return try await revertOwn() }
            return try await withHost(.live(machine)) { host in
                try await revert(on: try await host.machine(of: manager))
            }
        }
    }

    /// A user's own manager, spoken to by the user.
    private func revertOwn() async throws -> String {
        guard let entry = getpwuid(geteuid()) else {
            throw TemperError.experiment("there is no user \(geteuid()) in /etc/passwd")
        }
        let account = UserAccount(
            name: String(cString: entry.pointee.pw_name), id: entry.pointee.pw_uid,
            group: entry.pointee.pw_gid, home: String(cString: entry.pointee.pw_dir))
        return try await revert(
            on: Machine(
                bus: try await Bus.connect(to: .user), root: "", network: nil, isDisposable: false,
                user: account))
    }

    private func revert(on machine: Machine) async throws -> String {
        let service = try await Service(named: unit, on: machine)
        if forTemplate && service.template == nil {
            throw TemperError.usage("--template: \(unit) is no instance of a template")
        }
        let place = Installation.place(of: service, forTemplate: forTemplate)
        let path = "\(place.path)/\(InstalledDropIn.fileName)"
        guard let installed = Installation.installed(in: place) else {
            throw TemperError.absent("there is no \(path): nothing to revert")
        }
        if place.isReadOnly {
            throw TemperError.experiment(
                "\(path) is on a read-only file system; take it out of what that is made from")
        }
        try Admission.check(service, isForced: isForced, evenFailing: true)
        try Admission.check(installed, in: place, isForced: isForced)
        // Once begun it is carried through.
        let restart = try await Task { try await Installation.revert(service, in: place) }.value
        JournalMessage(.reverted, unit: unit, "\(path) is gone: \(unit) is as it was").send()
        guard let restart else { return "\(path) is gone; \(unit) is not running" }
        guard restart == .done else {
            throw TemperError.experiment(
                "\(path) is gone, and \(unit) does not start without it (\(restart.rawValue)); see "
                    + "`journalctl -u \(unit.shellQuoted)`")
        }
        return "\(path) is gone; \(unit) was restarted and runs"
    }
}
