import ArgumentParser
import Glibc
import Lab
import Reports
import TemperKit

struct LabCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lab",
        abstract: "A disposable systemd: boots, uses and ends one.",
        discussion: """
              temper lab up look
              temper lab exec look systemctl status
              temper lab shell look
              temper lab down look

            Exit status: 0 done, 2 not done, 64 usage; exec and shell end with that of what they run.
            """,
        subcommands: [Up.self, Exec.self, Shell.self, Down.self, List.self])

    struct Up: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Boots a lab that stays until `temper lab down`.")

        @Argument(help: "Its name: a-z, 0-9 and -.")
        var name: String

        @Option(
            help: ArgumentHelp(
                "A root tree to boot instead of the machine's own.", valueName: "dir"),
            completion: .directory, transform: absolutePath)
        var root: String?

        @Option(
            help: ArgumentHelp(
                "A directory of the machine to see inside, at the same path. Repeatable.",
                valueName: "dir"), completion: .directory, transform: absolutePath)
        var bind: [String] = []

        @Flag(help: "Its root is nobody on this machine: for a tree of others.")
        var untrusted = false

        @OptionGroup var connection: NetworkOptions

        func run() async throws {
            var plan = LabPlan(name: name)
            plan.isCaged = untrusted
            if let root { plan.root = root }
            plan.binds = bind
            plan.network = connection.network ?? .standard
            let lab = try await TemperError.ofWork { try await Lab.up(plan) }
            if let obstacle = lab.worldObstacle {
                Terminal.note("no network but loopback: this kernel lacks \(obstacle)")
            }
            Terminal.print("\(lab.name) is up, process \(lab.pid)\n")
        }
    }

    struct Exec: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Runs a command inside a lab, with this terminal and its exit status.")

        @Argument(help: "The lab's name.", completion: .lab)
        var name: String

        @Argument(parsing: .captureForPassthrough, help: "The command and its arguments.")
        var command: [String]

        func run() async throws {
            let words = command.first == "--" ? Array(command.dropFirst()) : command
            if words.isEmpty {
                throw TemperError.usage(
                    "which command? temper lab exec \(name) systemctl status; or temper lab shell \(name)"
                )
            }
            try await LabCommands.execute(words, in: name)
        }
    }

    struct Shell: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Opens a shell inside a lab, as its root.")

        @Argument(help: "The lab's name.", completion: .lab)
        var name: String

        func run() async throws {
            let shell = "exec \"$(command -v bash || command -v sh)\" -l"
            try await LabCommands.execute(["/bin/sh", "-c", shell], in: name)
        }
    }

    /// Ends with the command's exit status.
    private static func execute(_ words: [String], in name: String) async throws {
        let status = try await TemperError.ofWork {
            let lab = try Lab.find(name)
            return try await lab.makingDevices { try await lab.execute(words) }
        }
        Terminal.exit(status)
    }

    struct Down: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Ends a lab.")

        @Argument(help: "The lab's name.", completion: .lab)
        var name: String

        func run() async throws {
            try await TemperError.ofWork { try await Lab.down(name) }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the labs that are up.")

        @Flag(help: "Print them as JSON (schema temper.labs/1).")
        var json = false

        func run() async throws {
            let labs = Lab.list()
            if json {
                return Terminal.print(
                    try JSON.page(
                        LabsReport(labs.map { .init(name: $0.name, pid: $0.pid, root: $0.root) })))
            }
            for lab in labs {
                Terminal.print("\(lab.name)  process \(lab.pid)  root \(lab.root)\n")
            }
        }
    }
}
