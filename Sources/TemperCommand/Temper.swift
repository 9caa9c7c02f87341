public import ArgumentParser
import Glibc
import TemperKit
import Trials

/// The tool: one file per command.
public struct Temper: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "temper",
        abstract: "Finds the strictest sandbox in which a systemd service still does its work.",
        discussion: """
            temper starts copies of a service, each under another set of hardening directives, \
            asks your probe whether it still works, and ends with a drop-in that was tried.

              temper harden nginx.service --probe-http http://127.0.0.1/

            Exit status:
              0    done as asked
              1    nothing accepted, to be reverted or on record; check: a unit regressed;
                   probe: it fails
              2    could not experiment; not applied
              64   usage
              130  interrupted
            """,
        version: TemperVersion.program,
        subcommands: [
            Harden.self, ProbesCommand.self, Check.self, EscapeCommand.self, Revert.self,
            ReportCommand.self,
            Doctor.self, Explain.self, History.self, LabCommands.self,
        ])

    public init() {}
}

/// Ends a command whose options cannot be followed; `problem` is nil where they can.
func refuse(_ problem: String?) throws {
    if let problem { throw ValidationError(problem) }
}

extension Temper {
    /// Ends the program where there is no /proc: Swift takes the arguments from there, and its
    /// threads fall over without it.
    public static func requireProcesses() {
        guard access("/proc/self/cmdline", R_OK) != 0 else { return }
        Terminal.error("there is no /proc here; mount it: mount -t proc proc /proc")
        Terminal.exit(2)
    }

    /// Runs the command and ends the process with the exit status of the design: 0 done, 1 nothing
    /// gained, 2 could not experiment, 64 usage, 130 interrupted.
    public static func runTool() async {
        endAtOnceWhenInterrupted()
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            try refuse(unknownCommand(in: arguments))
            var command = try Temper.parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let error as TemperError {
            Terminal.error(error.description)
            Terminal.exit(error.exitStatus)
        } catch  where Temper.exitCode(for: error) == .validationFailure {
            // One line; the usage is a command away.
            let name = path(of: arguments).names.joined(separator: " ")
            Terminal.error("\(line(of: error)); see \(name) --help")
            Terminal.exit(ExitCode.validationFailure.rawValue)
        } catch {
            // Every start makes the text of --version; only who reads it waits for systemd's.
            guard Temper.message(for: error) == TemperVersion.program else {
                Temper.exit(withError: error)
            }
            Terminal.print(TemperVersion.programAndSystemd + "\n")
        }
        if let loss = Terminal.loss {
            Terminal.error("the result cannot be written to standard output: \(loss)")
            Terminal.exit(2)
        }
    }
}

extension Temper {
    /// The commands that the first words name, `temper lab exec`, and what follows them.
    private static func path(
        of arguments: [String]
    ) -> (names: [String], last: any ParsableCommand.Type, rest: ArraySlice<String>) {
        var last: any ParsableCommand.Type = Temper.self
        var names = ["temper"]
        var rest = arguments[...]
        while let word = rest.first,
            let next = last.configuration.subcommands.first(where: { $0._commandName == word })
        {
            names.append(word)
            last = next
            rest = rest.dropFirst()
        }
        return (names, last, rest)
    }

    /// What is wrong, with the values that there are behind each other instead of a line each.
    private static func line(of error: any Error) -> String {
        let lines = Temper.message(for: error).split(separator: "\n")
        let values = lines.dropFirst().map { $0.trimmingPrefix("  - ") }
        guard let first = lines.first, !values.isEmpty else {
            // What comes behind it is of the same sentence.
            let message = Temper.message(for: error)
            return message.hasSuffix(".") ? String(message.dropLast()) : message
        }
        return "\(first) \(values.joined(separator: ", "))"
    }

    /// What is wrong with a word that stands where a command is expected, or nil.
    private static func unknownCommand(in arguments: [String]) -> String? {
        let (names, last, rest) = path(of: arguments)
        let known = last.configuration.subcommands.map { $0._commandName }
        guard !known.isEmpty, let word = rest.first, !word.hasPrefix("-"), word != "help" else {
            return nil
        }
        return "there is no command “\(word)” of \(names.joined(separator: " "))"
            + word.suggestion(of: known)
    }
}
