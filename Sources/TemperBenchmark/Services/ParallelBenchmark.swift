import ArgumentParser
import Foundation
import Reports
import TemperKit

struct ParallelBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "parallel",
        abstract: "How long real services take with trials side by side, against one at a time.",
        discussion: """
            Each service is hardened once for each width, one after the other, after a run that is \
            not counted. Needs what `services` needs, and a machine that does nothing else. Ends \
            with status 1 when a width comes to another exposure, with 2 when a service could not \
            be experimented with.
            """)

    @Argument(help: "Which services of `temper-benchmark services`.")
    var names = ["nginx", "memcached", "postgresql", "opensnitch"]

    @Option(help: ArgumentHelp("Widths to compare with 1. Repeatable.", valueName: "count"))
    var jobs = [2, 4]

    @OptionGroup var places: SubjectPlaces

    func validate() throws {
        try Subject.check(names)
    }

    func run() async throws {
        say(TimedRun.header(of: "jobs", comparedWith: "jobs 1"))
        try await Subject.compare(names, by: compare)
    }

    /// - Returns: whether every width comes to the same exposure.
    private func compare(_ subject: Subject) async throws -> Bool {
        try await withStateDirectory(nil) { state in
            var first: TimedRun?
            var isSame = true
            for width in [nil, 1] + jobs {
                let run = try await TimedRun(of: subject, width: width ?? 1) {
                    try subject.session(from: places, state: state)
                }
                // The first run finds out what this systemd enforces.
                if width == nil { continue }
                let one = first ?? run
                first = one
                isSame = isSame && run.result.exposure.after == one.result.exposure.after
                say(run.row(of: "\(run.width)", comparedWith: one))
            }
            return isSame
        }
    }
}
