import Hardening
import Trials

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
            "- name: \("The sandbox of \(unit)".yamlQuoted)",
            "  vars:",
            "    temper_drop_in: \("\(place)/\(InstalledDropIn.fileName)".yamlQuoted)",
        ]
        lines += AnsibleTasks.text(["[Service]"] + export.settings.flatMap(\.lines))
        lines += ["  block:"]
        lines += AnsibleTasks.task(
            "The directory for drop-ins", "file",
            ["path: \(place.yamlQuoted)", "state: directory", "mode: \"0755\""])
        let file = [
            "dest: \"{{ temper_drop_in }}\"", "content: \"{{ temper_sandbox }}\"", "mode: \"0644\"",
        ]
        // A dry run does not make the directory.
        let tolerance = "      ignore_errors: \"{{ ansible_check_mode }}\""
        let change = "temper_change is changed"
        lines += AnsibleTasks.task("Is it there as it should be?", "copy", file)
        lines += ["      check_mode: true", tolerance, "      register: temper_change"]
        for command in export.report.result.preparations {
            let shell = ["cmd: !unsafe \(command.yamlQuoted)"]
            lines += AnsibleTasks.task("What it expects of the machine", "shell", shell)
            lines += ["      when: \(change)"]
        }
        lines += AnsibleTasks.task("The drop-in", "copy", file) + [tolerance]
        let restart =
            ["name: \(unit.yamlQuoted)", "state: restarted", "daemon_reload: true"]
            + (export.isOfUser ? ["scope: user"] : [])
        lines += AnsibleTasks.task("The service is started again under it", "systemd", restart)
        lines += ["      when: \(change)"]
        text = lines.joined(separator: "\n") + "\n"
    }

    private static func task(_ name: String, _ module: String, _ options: [String]) -> [String] {
        ["    - name: \(name)", "      ansible.builtin.\(module):"]
            + options.map { "        \($0)" }
    }
    /// The lines of the drop-in as a variable: as they are, where YAML reads each as the one line
    /// that it is.
    private static func text(_ lines: [String]) -> [String] {
        let all = lines.map { "\($0)\n" }.joined()
        if all.unicodeScalars.contains(where: { $0.isCommand && $0 != "\n" }) {
            return ["    temper_sandbox: !unsafe \(all.yamlQuoted)"]
        }
        return ["    temper_sandbox: !unsafe |"] + lines.map { "      \($0)" }
    }
}

extension String {
    /// A string of YAML (1.2, 7.3.1) with what is not to stand there by itself written out.
    fileprivate var yamlQuoted: String {
        doubleQuoted { scalar in
            guard scalar.isCommand else { return nil }
            let digits = String(scalar.value, radix: 16)
            return "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
        }
    }
}
