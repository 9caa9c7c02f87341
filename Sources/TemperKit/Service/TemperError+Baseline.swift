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
            ? ["systemctl start \(unit)", "journalctl -u \(unit)"] : commandsInLab(of: bench)
        return .experiment(
            "\(error.description)\(hint)\nTo see it yourself:\n"
                + commands.map { "    \($0)" }.joined(separator: "\n"))
    }

    private static func commandsInLab(of bench: Bench) -> [String] {
        let (unit, tree) = (bench.unit, bench.host.tree)
        let inside = "temper lab exec look"
        var commands = ["temper lab up look\(tree == "/" ? "" : " --root \(tree)")"]
        commands += bench.plan.preparations.map { "\(inside) sh -c \($0.shellQuoted)" }
        if let user = bench.service.machine.user {
            commands += [
                "\(inside) systemctl start user@\(user.id).service",
                "\(inside) runuser -u \(user.name) -- env "
                    + "XDG_RUNTIME_DIR=\(user.runtimeDirectory) systemctl --user start \(unit)",
                "\(inside) journalctl _SYSTEMD_USER_UNIT=\(unit) + USER_UNIT=\(unit)",
            ]
        } else {
            commands += ["\(inside) systemctl start \(unit)", "\(inside) journalctl -u \(unit)"]
        }
        return commands + ["temper lab down look"]
    }
}
