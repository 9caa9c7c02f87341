import Reports
import Systemd
import Trials

extension TemperError {
    /// The service fails as it is: with the commands that show it to the user.
    static func baseline(_ error: ExperimentError, of bench: Bench) async -> TemperError {
        let (unit, service) = (bench.unit, bench.service)
        let hint = socketsHint(await service.silentSockets, of: bench)
        let commands =
            bench.host.isLive
            ? ["systemctl start \(unit)"] + asked(of: bench) + ["journalctl -u \(unit)"]
            : commandsInLab(of: bench)
        return .experiment(
            "\(error.description)\(hint)\nTo see it yourself:\n"
                + commands.map { "    \($0)" }.joined(separator: "\n"))
    }

    private static func socketsHint(_ silent: [String], of bench: Bench) -> String {
        if silent.isEmpty { return "" }
        let are = silent.count == 1 ? "is" : "are"
        let place = bench.host.isLive ? "here" : "in the lab"
        let hint =
            "\nPerhaps it needs the sockets of \(silent.joined(separator: " and ")), which \(are) "
            + "not active \(place)"
        // A plan prepares a lab as root, before there is a user's manager.
        if bench.service.machine.user != nil { return hint }
        let start = "systemctl start \(silent.map(\.shellQuoted).joined(separator: " "))"
        return hint
            + (bench.host.isLive
                ? "; `\(start)` opens them" : "; Prepare=\(start) in a plan opens them")
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
