import Foundation
import Trials

/// What a service's package does to it from outside while it runs.
public struct Upkeep: Hashable, Sendable {
    /// As people read it: `log rotation (/etc/logrotate.d/nginx)`.
    public let name: String
    /// For `/bin/sh -c`.
    public let command: String
    /// Who runs it; nil for root.
    public let user: String?
    /// Why it cannot be done on this machine; nil where it can.
    public var obstacle: String?

    init(_ name: String, _ command: String, as user: String? = nil) {
        self.name = name
        self.command = command
        self.user = user == "root" ? nil : user
    }
}

extension Service {
    /// The package's rotation of logs, its timers and its lines of cron, each once, as the files of
    /// the unit's package have them (logrotate(8), systemd.timer(5), cron(8)). A unit of no package
    /// has what bears its name.
    public var upkeep: [Upkeep] {
        let files = package.map(packages.files) ?? []
        func own(_ directory: String) -> [String] {
            let named = "\(directory)/\(stem)"
            let own = files.filter { $0.hasPrefix("\(directory)/") } + [named]
            return own.reduce(into: [String]()) { own, file in
                if !own.contains(file), machine.text(ofFile: file) != nil { own.append(file) }
            }
        }
        let rotates = ["/usr/sbin/logrotate", "/usr/bin/logrotate"].contains { program in
            machine.missing([program]).isEmpty
        }
        let scripts = ["hourly", "daily", "weekly", "monthly"].flatMap { own("/etc/cron.\($0)") }
        return own("/etc/logrotate.d").map { file in
            var upkeep = Upkeep(
                "log rotation (\(file))",
                "logrotate --force --state /run/temper-logrotate \(file.shellQuoted)")
            if !rotates { upkeep.obstacle = "logrotate is not installed there" }
            return upkeep
        } + files.compactMap(timer) + own("/etc/cron.d").flatMap(cronLines)
            + scripts.map {
                Upkeep("cron (\($0))", "test ! -x \($0.shellQuoted) || \($0.shellQuoted)")
            }
    }

    /// What a timer starts, once; nil for one of a template, and for that of the service itself.
    private func timer(_ file: String) -> Upkeep? {
        let name = file.split(separator: "/").last.map(String.init) ?? ""
        guard name.hasSuffix(".timer"), !name.contains("@"),
            // Not the links by which it is enabled.
            file.hasSuffix("/systemd/system/\(name)"),
            let text = machine.text(ofFile: file)
        else { return nil }
        let named = [UnitFile(path: file, text: text)].values(of: "Unit", in: "Timer").last
        let started = named ?? "\(name.dropLast(".timer".count)).service"
        if started == unit { return nil }
        return Upkeep("timer (\(name))", "systemctl start \(started.shellQuoted)")
    }

    /// The lines of a file of /etc/cron.d: five fields or `@daily`, a user and a command (crontab(5)).
    private func cronLines(_ file: String) -> [Upkeep] {
        let lines = (machine.text(ofFile: file) ?? "").split(separator: "\n")
        var settings: [String] = []
        return lines.compactMap { line in
            let line = line.trimmingCharacters(in: .whitespaces)
            if line.isEmpty || line.hasPrefix("#") { return nil }
            let times = line.hasPrefix("@") ? 1 : 5
            let fields = line.split(
                maxSplits: times + 1, omittingEmptySubsequences: true,
                whereSeparator: { $0 == " " || $0 == "\t" })
            if line.prefix(while: { $0 != " " && $0 != "\t" }).contains("=") || fields[0] == "=" {
                settings.append(line)
                return nil
            }
            guard fields.count == times + 2 else { return nil }
            // What follows a bare % is its standard input, which nothing here needs.
            let command = fields[times + 1].replacing("\\%", with: "\u{0}")
                .prefix { $0 != "%" }.replacing("\u{0}", with: "%")
            let before = settings.filter { $0.hasPrefix("PATH=") }.map { "\($0); " }.joined()
            return Upkeep("cron (\(file))", before + command, as: String(fields[times]))
        }
    }
}
