import ArgumentParser
import Foundation
import Reports
import TemperKit

struct ServicesBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "services",
        abstract: "What real services of Debian come to, each by a probe that does its work.",
        discussion: """
            Needs root and the trees `services` and `openrgb` of Tests/roots; run it where the \
            repository is. Ends with status 1 when an aim is missed, with 2 when a service could \
            not be experimented with.
            """)

    @Argument(help: "Which: nginx, ssh, openrgb... All without a name.")
    var names: [String] = []

    @OptionGroup var places: SubjectPlaces

    @Option(
        help: ArgumentHelp(
            "Write each result there, as `temper harden --json` prints it.", valueName: "dir"))
    var json: String?

    @Option(
        help: ArgumentHelp(
            "Keep the ledger there, for `temper-benchmark rates`.", valueName: "dir"))
    var ledger: String?

    @Flag(help: "Also print the report of each service.")
    var reports = false

    func validate() throws {
        try Subject.check(names)
    }

    func run() async throws {
        let chosen = Subject.all.filter { names.isEmpty || names.contains($0.name) }
        var status: Int32 = 0
        say(FigureTable.header)
        for subject in chosen {
            do {
                let result = try await harden(subject)
                say(FigureTable.row(subject, result))
                if reports { say(HardeningText(result, isColoured: false).text) }
                if let aim = subject.aim, result.exposure.after > aim { status = max(status, 1) }
            } catch {
                say(FigureTable.row(subject, failure: "\(error)"))
                status = 2
            }
        }
        if status != 0 { throw ExitCode(status) }
    }

    private func harden(_ subject: Subject) async throws -> HardeningResult {
        let result = try await withStateDirectory(ledger) { state in
            try await subject.session(from: places, state: state).run().result
        }
        if let json {
            try FileManager.default.createDirectory(
                atPath: json, withIntermediateDirectories: true)
            try JSON.page(result).write(
                toFile: "\(json)/\(subject.name).json", atomically: true, encoding: .utf8)
        }
        return result
    }
}
