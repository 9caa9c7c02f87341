import Glibc
import Hardening
import Systemd
import SystemdBus
import Trials

/// One `revert`.
package struct Reversal: Sendable {
    package let unit: String
    package var manager: ManagerChoice
    package var machine: LiveMachine
    package var forTemplate: Bool
    package var isForced: Bool

    package init(
        unit: String, manager: ManagerChoice = .system, machine: LiveMachine = LiveMachine(),
        forTemplate: Bool = false, isForced: Bool = false
    ) {
        self.unit = unit
        self.manager = manager
        self.machine = machine
        self.forTemplate = forTemplate
        self.isForced = isForced
    }

    /// - Returns: what was done, in one line.
    /// - Throws: `TemperError`; nothing was changed, unless it says so.
    package func run() async throws -> String {
        do {
            return try await revert(on: try await ownManager())
        } catch let error as ExperimentError {
            throw TemperError.experiment(error.description)
        } catch let error as BusError {
            throw TemperError.experiment(error.description)
        }
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
        try Admission.check(service, isForced: isForced, evenFailing: true)
        try Admission.check(installed, in: place, isForced: isForced)
        // Once begun it is carried through.
        let restart = try await Task { try await Installation.revert(service, in: place) }.value
        guard let restart else { return "\(path) is gone; \(unit) is not running" }
        guard restart == .done else {
            throw TemperError.experiment(
                "\(path) is gone, and \(unit) does not start without it (\(restart.rawValue)); see "
                    + "`journalctl -u \(unit)`")
        }
        return "\(path) is gone; \(unit) was restarted and runs"
    }

    /// As root any manager; as a user one's own.
    private func ownManager() async throws -> Machine {
        if case .user = manager, geteuid() != 0 {
            guard let account = try await ownAccount() else {
                throw TemperError.experiment("there is no user \(geteuid()) in /etc/passwd")
            }
            return Machine(
                bus: try await Bus.connect(to: .user), root: "", network: nil, isDisposable: false,
                user: account)
        }
        let host = try await Host.live(machine)
        guard case .user(let name) = manager else { return host.system }
        return try await host.system.manager(of: try host.system.account(name))
    }

    private func ownAccount() async throws -> UserAccount? {
        guard let entry = getpwuid(geteuid()) else { return nil }
        return UserAccount(
            name: String(cString: entry.pointee.pw_name), id: entry.pointee.pw_uid,
            group: entry.pointee.pw_gid, home: String(cString: entry.pointee.pw_dir))
    }
}
