import ArgumentParser
import Foundation
import Lab
import TemperKit

/// `temper-benchmark works`
struct WorksBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "works",
        abstract: "What services of Debian still do that their probes never asked for.",
        discussion: """
            Hardens each service of Examples/Works with the weakest probe that somebody would give, \
            installs the drop-in on the real unit of a fresh lab, and has it do what its users do. \
            Every check has to hold without hardening. Needs root; makes the root tree that it \
            needs with Tests/roots; run it where the repository is. What is known is kept and not \
            asked for again. Ends with status 1 below 99 % by default and 97 % without a probe, or \
            where a check that fails is not named by the result; with 2 where a service could not \
            be hardened or a check is wrong.
            """)

    @Argument(help: "Which: nginx, mariadb... All without a name.")
    var names: [String] = []

    @Option(help: ArgumentHelp("Debian's: bookworm, trixie or sid.", valueName: "name"))
    var release = "trixie"

    @Option(
        help: ArgumentHelp(
            "How to harden, of default, strictest and footprint. Repeatable; all without one.",
            valueName: "name"))
    var level: [HardeningLevel] = []

    @Option(help: ArgumentHelp("Where the root trees are.", valueName: "dir"))
    var roots = ProcessInfo.processInfo.environment["TEMPER_ROOTS"] ?? "/var/cache/temper/roots"

    @Option(help: ArgumentHelp("Where the tables of the services are.", valueName: "dir"))
    var tables = "Examples/Works"

    @Option(help: ArgumentHelp("Where to keep what is known.", valueName: "dir"))
    var state = "/var/cache/temper/works"

    @Flag(help: "Only list the services and their checks.")
    var list = false

    @Flag(help: "Only print the figures of what is known.")
    var known = false

    @Flag(help: "Only see whether every check holds without hardening.")
    var unhardened = false

    @Flag(help: "Harden again, also what is known.")
    var again = false

    @Flag(help: "Check again what is known to be hardened.")
    var recheck = false

    @Flag(help: "Find the line of the drop-in that breaks each check that fails: many labs.")
    var causes = false

    @Option(
        help: ArgumentHelp(
            "Instead of hardening, ask the same under the sets made by hand of a directory: "
                + "SERVICE.AUTHOR.conf.", valueName: "dir"))
    var byHand: String?

    func run() async throws {
        let services = try chosen()
        if list { return show(services) }
        if let byHand { return try await measure(HandMadeSet.all(in: byHand, for: services)) }
        let record = try WorkingRecord(directory: "\(state)/\(release)")
        if known {
            return say(WorkingFigures(services: services, levels: levels, record: record).text)
        }
        for service in services where again || recheck {
            try record.forget(service, onlyChecks: !again)
        }
        try await makeTree()
        var isWhole = true
        for service in services {
            let run = WorkingRun(
                lab: WorkingLab(service: service, tree: tree),
                record: record, findsCauses: causes)
            do {
                try await run.checkUnhardened()
                for level in unhardened ? [] : levels { try await run.go(level) }
            } catch {
                say("\(service.name): \(error)")
                isWhole = false
            }
        }
        if unhardened { return try end(isWhole ? 0 : 2) }
        let figures = WorkingFigures(services: services, levels: levels, record: record)
        say(figures.text)
        try end(!isWhole ? 2 : figures.areReached ? 0 : 1)
    }

    private func measure(_ sets: [HandMadeSet]) async throws {
        try await makeTree()
        var isWhole = true
        for set in sets {
            do {
                try await set.measure(in: tree, findsCauses: causes)
            } catch {
                say("\(set.service.name), \(set.author): \(error)")
                isWhole = false
            }
        }
        try end(isWhole ? 0 : 2)
    }

    private var tree: String { "\(roots)/works-\(release)" }

    private func end(_ status: Int32) throws {
        if status != 0 { throw ExitCode(status) }
    }

    private var levels: [HardeningLevel] { level.isEmpty ? HardeningLevel.allCases : level }

    private func chosen() throws -> [WorkingService] {
        let files = try FileManager.default.contentsOfDirectory(atPath: tables).sorted()
        let all = try files.filter { $0.hasSuffix(".works") }.map { file in
            try WorkingService(
                named: String(file.dropLast(".works".count)),
                reading: try String(contentsOfFile: "\(tables)/\(file)", encoding: .utf8),
                for: release)
        }
        if let unknown = names.first(where: { name in !all.contains { $0.name == name } }) {
            let known = all.map(\.name).joined(separator: ", ")
            throw ValidationError("\(unknown) is none of \(known)")
        }
        return all.filter { names.isEmpty || names.contains($0.name) }
    }

    private func show(_ services: [WorkingService]) {
        for service in services {
            say("\(service.name) (\(service.kind)): \(service.checks.count) checks")
            for check in service.checks { say("    \(check.name)") }
        }
        let checks = services.reduce(0) { $0 + $1.checks.count }
        say("\(services.count) services, \(checks) checks")
    }

    /// A tree with all of them, which Tests/roots makes where it is not there yet.
    private func makeTree() async throws {
        let made = Process()
        made.executableURL = URL(filePath: "Tests/roots")
        made.arguments = ["works-\(release)"]
        made.environment = ProcessInfo.processInfo.environment.merging(["TEMPER_ROOTS": roots]) {
            $1
        }
        try made.run()
        made.waitUntilExit()
        guard made.terminationStatus == 0 else {
            throw TableError(description: "Tests/roots works-\(release) failed")
        }
    }
}

extension HardeningLevel: ExpressibleByArgument {}
