import ArgumentParser
import Glibc

/// Where the record is kept.
struct StateOptions: ParsableArguments {
    @Option(
        name: .customLong("state-dir"),
        help: ArgumentHelp(
            "Where the record of trials is kept.",
            discussion: "Default: /var/lib/temper for root, else $XDG_STATE_HOME/temper.",
            valueName: "dir"),
        completion: .directory, transform: absolutePath)
    var chosen: String?

    var directory: String {
        if let chosen { return chosen }
        if getuid() == 0 { return "/var/lib/temper" }
        if let state = variable("XDG_STATE_HOME") { return state + "/temper" }
        return (variable("HOME") ?? "/tmp") + "/.local/state/temper"
    }

    private func variable(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        let text = String(cString: value)
        return text.isEmpty ? nil : text
    }
}
