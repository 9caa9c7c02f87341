import Hardening
public import Trials

/// The commands with which a person sees for himself what a trial saw: a lab, the copy started by
/// systemd-run with the same properties, and what the probes ask.
///
/// Run in order by a shell that ends at the first failure, they end with status 0 where the trial
/// passed. The last one takes the lab away again.
public struct Repetition: Hashable, Sendable {
    public let commands: [String]
    /// What they do not repeat, a sentence each.
    public let notes: [String]

    /// Without a dash, so that no drop-in of a prefix applies to it.
    private static let unit = "temperagain"

    /// nil for a trial of which no command is on record: one on the real unit, or of an older
    /// version.
    public init?(_ trial: Trial, _ provenance: Provenance) {
        guard let command = trial.command else { return nil }
        let shell = LabShell(user: provenance.user, id: provenance.userID)
        var preparations = provenance.preparations
        if trial.profile.restrictions.contains(where: Restriction.isBecoming) {
            preparations += provenance.ownership
        }
        var commands = shell.up(
            root: provenance.root, network: provenance.network, preparations: preparations)
        if let socket = command.socket { commands.append(shell.systemctl(["stop", socket])) }
        commands.append(Repetition.run(command, shell.systemdRun))
        if command.socket != nil { commands.append(shell.systemctl(["start", Self.unit])) }
        let asked = provenance.probes.map { probe in
            shell.ask(Repetition.patiently(probe))
        }
        if trial.reached(.ready) { commands += asked }
        if trial.reached(.reload) {
            commands.append(shell.systemctl(["reload", Self.unit]))
            if trial.reached(.reloaded) { commands += asked }
        }
        let socket = command.socket == nil ? [] : [Self.unit + ".socket"]
        commands.append(shell.systemctl(["stop"] + socket + [Self.unit]))
        commands.append(shell.down)
        self.commands = commands
        var notes = command.lacking.map { "systemd-run cannot set \($0)" }
        if let withheld = command.withheld, !withheld.isEmpty {
            notes.append(
                "secrets, which are not kept: give \(withheld.joined(separator: " and ")) the "
                    + "values that stand as [NAME]")
        }
        if trial.reached(.secondStart) {
            notes.append("the second start: systemd forgets a transient unit when it stops")
        }
        self.notes = notes
    }

    /// One property on each line.
    private static func run(_ command: HandCommand, _ start: String) -> String {
        var lines = ["\(start) --unit=\(unit)"]
        var words = command.arguments[...]
        while let word = words.popFirst() {
            if word == "-p", let property = words.popFirst() {
                lines.append("-p \(property.shellQuoted)")
            } else if word.hasPrefix("--socket-property=") {
                lines.append(word.shellQuoted)
            } else if word.hasPrefix("--") && lines.count == 1 {
                lines[0] += " \(word)"
            } else {
                lines.append(([word] + words).map(\.shellQuoted).joined(separator: " "))
                break
            }
        }
        return lines.joined(separator: " \\\n    ")
    }

    /// A service may need a moment before it answers.
    private static func patiently(_ probe: String) -> String {
        "for i in 1 2 3 4 5 6 7 8 9 10; do { \(probe); } && exit 0; sleep 0.2; done; exit 1"
    }
}

extension Trial {
    /// How a person can start the same copy, where that is on record.
    public var command: HandCommand? {
        for case .command(let command) in observations { return command }
        return nil
    }

    /// Whether something was seen of it at this stage.
    func reached(_ stage: Stage) -> Bool {
        observations.contains { observation in
            switch observation {
            case .job(stage, _), .unit(stage, _), .probe(stage, _, _): true
            default: false
            }
        }
    }
}
