import Reports
import Systemd
import Trials

extension TemperError {
    /// The service fails as it is: with the commands that show it to the user.
    static func baseline(_ error: ExperimentError, of bench: Bench) -> TemperError {
        let (unit, service) = (bench.unit, bench.service)
        let sockets = service.notCarriedOver.first { $0.setting == "Sockets" }
        let hint = sockets.map { "\nPerhaps it needs \($0)" } ?? ""
        let commands =
            bench.host.isLive
            ? ["systemctl start \(unit)"] + asked(of: bench) + ["journalctl -u \(unit)"]
            : commandsInLab(of: bench)
        return .experiment(
            "\(error.description)\(hint)\nTo see it yourself:\n"
                + commands.map { "    \($0)" }.joined(separator: "\n"))
    }

    /// For a shell: what shows the service and its probes in a lab.
    static func commandsInLab(of bench: Bench) -> [String] {
        let user = bench.service.machine.user
        let shell = LabShell(user: user?.name, id: user?.id)
        return shell.up(
            root: bench.host.tree, network: bench.host.chosenNetwork,
            preparations: bench.plan.preparations
        ) + [
            shell.systemctl(["start", bench.unit])
        ] + asked(of: bench).map(shell.ask) + [shell.journal(of: bench.unit), shell.down]
    }

    /// What the probes ask, as a shell does.
    private static func asked(of bench: Bench) -> [String] {
        bench.shellCommands(of: bench.plan.probes.filter { $0 != .footprint })
    }
}
