import Hardening

/// What was taken as tasks of an Ansible role. Where the drop-in is not there as it should be, what
/// it expects of the machine is done, then it is put there and the service is started again; where
/// something fails before that, the next run does it again.
public struct AnsibleTasks: Sendable {
    public let text: String

    public init(_ export: UnitExport) {
        let unit = export.unit
        let top = export.isOfUser ? "~/.config/systemd/user" : "/etc/systemd/system"
        let place = "\(top)/\(unit).d"
        var lines = export.heading(sayingPreparations: false)
        lines += [
            "- name: \("The sandbox of \(unit)".doubleQuoted())",
            "  vars:",
            "    temper_drop_in: \("\(place)/\(InstalledDropIn.fileName)".doubleQuoted())",
            "    temper_sandbox: !unsafe |",
        ]
        lines += (["[Service]"] + export.settings.flatMap(\.lines)).map { "      \($0)" }
        lines += ["  block:"]
        lines += AnsibleTasks.task(
            "The directory for drop-ins", "file",
            ["path: \(place.doubleQuoted())", "state: directory", "mode: \"0755\""])
        let file = [
            "dest: \"{{ temper_drop_in }}\"", "content: \"{{ temper_sandbox }}\"", "mode: \"0644\"",
        ]
        let change = "temper_change is changed"
        lines += AnsibleTasks.task("Is it there as it should be?", "copy", file)
        lines += ["      check_mode: true", "      register: temper_change"]
        for command in export.report.result.preparations {
            let shell = ["cmd: !unsafe \(command.doubleQuoted())"]
            lines += AnsibleTasks.task("What it expects of the machine", "shell", shell)
            lines += ["      when: \(change)"]
        }
        lines += AnsibleTasks.task("The drop-in", "copy", file)
        let restart =
            ["name: \(unit.doubleQuoted())", "state: restarted", "daemon_reload: true"]
            + (export.isOfUser ? ["scope: user"] : [])
        lines += AnsibleTasks.task("The service is started again under it", "systemd", restart)
        lines += ["      when: \(change)"]
        text = lines.joined(separator: "\n") + "\n"
    }

    private static func task(_ name: String, _ module: String, _ options: [String]) -> [String] {
        ["    - name: \(name)", "      ansible.builtin.\(module):"]
            + options.map { "        \($0)" }
    }
}
