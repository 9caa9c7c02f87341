import ArgumentParser
import Glibc
import Hardening
import Systemd
import SystemdBus
import Trials

struct Revert: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Takes away what --apply installed, and restarts the service.")

    @Argument(help: "The service, such as nginx.service.")
    var unit: String

    @OptionGroup(title: "Manager") var owner: ManagerOptions

    @Flag(help: "The drop-in of the instance's template, for all its instances.")
    var template = false

    @Flag(help: "Also if the drop-in was changed by hand, or the machine stands on the service.")
    var force = false

    func validate() throws {
        if let problem = UnitName.problem(unit) ?? owner.problem {
            throw ValidationError(problem)
        }
    }

    func run() async throws {
        let reversal = Reversal(
            unit: UnitName.complete(unit), manager: owner.choice, forTemplate: template,
            isForced: force)
        Terminal.print(try await reversal.run() + "\n")
    }
}

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
    /// - Throws: `Failure`; nothing was changed, unless it says so.
    package func run() async throws -> String {
        do {
            return try await revert(on: try await ownManager())
        } catch let error as ExperimentError {
            throw Failure.experiment(error.description)
        } catch let error as BusError {
            throw Failure.experiment(error.description)
        }
    }

    private func revert(on machine: Machine) async throws -> String {
        let service = try await Service(named: unit, on: machine)
        if forTemplate && service.template == nil {
            throw Failure.usage("--template: \(unit) is no instance of a template")
        }
        let place = Installation.place(of: service, forTemplate: forTemplate)
        let path = "\(place.path)/\(InstalledDropIn.fileName)"
        guard let installed = Installation.installed(in: place) else {
            throw Failure(message: "there is no \(path): nothing to revert", status: 1)
        }
        try Admission.check(service, isForced: isForced, evenFailing: true)
        try Admission.check(installed, in: place, isForced: isForced)
        // Once begun it is carried through.
        let restart = try await Task { try await Installation.revert(service, in: place) }.value
        guard let restart else { return "\(path) is gone; \(unit) is not running" }
        guard restart == .done else {
            throw Failure.experiment(
                "\(path) is gone, and \(unit) does not start without it (\(restart.rawValue)); see "
                    + "`journalctl -u \(unit)`")
        }
        return "\(path) is gone; \(unit) was restarted and runs"
    }

    /// As root any manager; as a user one's own.
    private func ownManager() async throws -> Machine {
        if case .user = manager, geteuid() != 0 {
            guard let account = try await ownAccount() else {
                throw Failure.experiment("there is no user \(geteuid()) in /etc/passwd")
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
