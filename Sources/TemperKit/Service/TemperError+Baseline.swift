import Reports
import Systemd
import Trials

extension TemperError {
    /// The service fails as it is: with the commands that show it to the user.
    static func baseline(_ error: ExperimentError, of bench: Bench) async -> TemperError {
        let (unit, service) = (bench.unit, bench.service)
        let hint = socketsHint(await service.silentSockets, isLive: bench.host.isLive)
        let commands =
            bench.host.isLive
            ? ["systemctl start \(unit)"] + asked(of: bench) + ["journalctl -u \(unit)"]
            : commandsInLab(of: bench)
        return .experiment(
            "\(error.description)\(hint)\nTo see it yourself:\n"
                + commands.map { "    \($0)" }.joined(separator: "\n"))
    }

    private static func socketsHint(_ silent: [String], isLive: Bool) -> String {
        if silent.isEmpty { return "" }
        let start = "systemctl start \(silent.joined(separator: " "))"
        let are = silent.count == 1 ? "is" : "are"
        let place = isLive ? "here; `\(start)`" : "in the lab; Prepare=\(start) in a plan"
        return "\nIt is handed sockets by \(silent.joined(separator: " and ")), "
            + "which \(are) not active \(place) opens them"
    }

    /// For a shell: what shows the service and its probes in a lab.
    static func commandsInLab(of bench: Bench) -> [String] {
        let user = bench.service.machine.user
        let shell = LabShell(user: user?.name, id: user?.id)
        return shell.up(
            root: bench.host.tree, network: bench.host.chosenNetwork,
            preparations: bench.plan.preparations
        ) + [
            shell.systemctl(["start"] + bench.openedSockets + [bench.unit])
        ] + asked(of: bench).map(shell.ask) + [shell.journal(of: bench.unit), shell.down]
    }

    /// What the probes ask, as a shell does.
    private static func asked(of bench: Bench) -> [String] {
        bench.shellCommands(of: bench.plan.probes.filter { $0 != .footprint })
    }
}
