import Lab
import Systemd
import SystemdBus
import Trials

/// Which manager a service belongs to.
package enum ManagerChoice: Hashable, Sendable {
    case system
    /// The manager of the user with this name; nil for the machine's only ordinary user.
    case user(String?)
}

/// From a place to a machine that is ready for the service.
extension HardenSession {
    /// The manager that the service belongs to. A user's own is started first.
    func machine(at host: Host) async throws -> Machine {
        guard case .user(let name) = manager else { return host.system }
        progress.step("starting the manager of \(name ?? "the user")")
        return try await host.system.manager(of: try host.system.account(name))
    }

    /// The service as it stands once a lab is prepared, and all that is wanted of it: the plan of
    /// its unit under that of the command line, whose preparations come first.
    func service(
        on machine: Machine, at host: Host
    ) async throws -> (service: Service, plan: Plan) {
        if !place.isLive { try await prepare(plan.preparations, at: host) }
        if !place.isLive,
            try await machine.setAside(unit: unit, evenIfTouched: apply != nil && isForced)
        {
            progress.step("setting aside the drop-in that temper installed for \(unit) before")
        }
        progress.step("reading \(unit)")
        let service = try await Service(named: unit, on: machine)
        let own = try unitPlan(service)
        let whole = own.overridden(by: plan)
        let more = own.preparations.filter { !plan.preparations.contains($0) }
        if more.isEmpty || place.isLive { return (service, try bounded(whole)) }
        try await prepare(more, at: host)
        return (try await Service(named: unit, on: machine), whole)
    }

    /// Runs `Prepare=` commands as root, each to its end. Labs only: they change the machine.
    private func prepare(_ commands: [String], at host: Host) async throws {
        if commands.isEmpty { return }
        progress.step("preparing the lab")
        for command in commands {
            let outcome = await CommandProbe(command: command, on: host.system)
                .check(deadline: .seconds(60))
            switch outcome {
            case .healthy: continue
            case .unhealthy(let why), .cannotTell(let why):
                throw TemperError.experiment(
                    "the lab cannot be prepared: Prepare=\(command): \(why); `temper lab up` and "
                        + "`temper lab exec` let you try it by hand")
            }
        }
    }

    private func unitPlan(_ service: Service) throws -> Plan {
        var plan = Plan()
        for (path, text) in service.unitFiles {
            do { plan = plan.overridden(by: try Plan(reading: text, file: path)) } catch {
                throw TemperError.usage(error.description)
            }
        }
        return plan
    }

    /// The service fails as it is: with the commands that show it to the user.
    func baselineFailure(_ error: ExperimentError, _ service: Service, _ plan: Plan) -> TemperError
    {
        let sockets = service.notCarriedOver.first { $0.setting.hasPrefix("Sockets=") }
        let hint = sockets.map { "\nPerhaps it needs \($0.setting): \($0.because)" } ?? ""
        guard case .lab(let lab) = place else {
            return .experiment(
                "\(error.description)\(hint)\nTo see it yourself:\n    systemctl start \(unit)\n"
                    + "    journalctl -u \(unit)")
        }
        let root = lab.root == "/" ? "" : " --root \(lab.root)"
        let inside = "temper lab exec look"
        var commands = ["temper lab up look\(root)"]
        commands += plan.preparations.map { "\(inside) sh -c \(ShellWord.quoted($0))" }
        if let user = service.machine.user {
            commands += [
                "\(inside) systemctl start user@\(user.id).service",
                "\(inside) runuser -u \(user.name) -- env "
                    + "XDG_RUNTIME_DIR=\(user.runtimeDirectory) systemctl --user start \(unit)",
                "\(inside) journalctl _SYSTEMD_USER_UNIT=\(unit) + USER_UNIT=\(unit)",
            ]
        } else {
            commands += ["\(inside) systemctl start \(unit)", "\(inside) journalctl -u \(unit)"]
        }
        commands.append("temper lab down look")
        return .experiment(
            "\(error.description)\(hint)\nTo see it yourself:\n"
                + commands.map { "    \($0)" }.joined(separator: "\n"))
    }
}
