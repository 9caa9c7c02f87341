import Trials

/// What whoever ran `harden` can do now: commands, and what each is for.
public struct NextSteps: Sendable {
    /// What of the command line decides what comes next.
    public struct Choices: Sendable {
        /// Where `--state-dir` has the record; nil where it was not given.
        public var stateDirectory: String?
        /// Where the record is.
        public var record: String?
        public var isUsers = false
        /// Whether the tree that was hardened is this machine's own.
        public var isOfThisMachine = true
        /// How the drop-in is written, as `--style` takes it; nil for the usual way.
        public var style: String?
        /// The file that holds the drop-in; nil where it was not asked for.
        public var output: String?

        public init() {}
    }

    /// At most 80 columns but for long names, which are never cut: they are to be pasted.
    public let text: String

    public init(after result: HardeningResult, _ choices: Choices) {
        let lines = NextSteps.steps(after: result, choices).map { command, purpose in
            let isLong = command.count > NextSteps.width
            let gap = NextSteps.width + 2 - (isLong ? 0 : command.count)
            let place = isLong ? "\n  " : ""
            return "  \(command)\(place)\(String(repeating: " ", count: gap))\(purpose)\n"
        }
        let saved = choices.record.map { " (on record in \($0))" } ?? ""
        text = "\nNext\(saved)\n" + lines.joined()
    }

    /// Of a command that has its purpose beside it.
    private static let width = 29

    private static func steps(
        after result: HardeningResult, _ choices: Choices
    ) -> [(command: String, purpose: String)] {
        let unit = result.unit.shellQuoted
        let place = choices.stateDirectory.map { " --state-dir \($0.shellQuoted)" } ?? ""
        let user = choices.isUsers ? " --user" : ""
        let style = choices.style.map { " --style \($0)" } ?? ""
        if result.ending == .interrupted {
            return [
                ("the same command", "goes on where this ended; --fresh starts anew")
            ]
        }
        var steps: [(String, String)] = []
        if result.applied == nil, result.verified {
            let isToRead = !choices.isOfThisMachine || choices.style != nil
            if !isToRead {
                steps.append(
                    (
                        "the same command with --apply",
                        "installs it, if the real unit passes with it"
                    ))
            }
            if let file = choices.output {
                steps.append((file.shellQuoted, "is the drop-in, whose place is \(unit).d/"))
            } else if isToRead {
                steps.append(
                    (
                        "temper report\(place) \(unit) --format drop-in\(style)",
                        "prints the drop-in, for \(unit).d/"
                    ))
            }
        }
        steps.append(
            ("temper report\(place) \(unit)", "the drop-in, why each was refused, what helps"))
        if result.verified {
            steps.append(
                ("temper check\(place)\(user) \(unit)", "after an upgrade: does it still pass?"))
        }
        steps.append(("temper explain WORD", "what a word means, such as bite or contested"))
        return steps
    }
}
