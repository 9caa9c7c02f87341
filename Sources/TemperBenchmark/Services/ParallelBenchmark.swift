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
        var status: Int32 = 0
        say("service         jobs  trials  seconds  processor  of jobs 1  exposure  same profile")
        for subject in Subject.all where names.contains(subject.name) {
            do {
                if try await !compare(subject) { status = max(status, 1) }
            } catch {
                say(FigureTable.row(subject, failure: "\(error)"))
                status = 2
            }
        }
        if status != 0 { throw ExitCode(status) }
    }

    /// - Returns: whether every width comes to the same exposure.
    private func compare(_ subject: Subject) async throws -> Bool {
        try await withStateDirectory(nil) { state in
            var first: Run?
            var isSame = true
            for width in [nil, 1] + jobs {
                let run = try await Run(of: subject, width: width ?? 1) {
                    try subject.session(from: places, state: state)
                }
                // The first run finds out what this systemd enforces.
                if width == nil { continue }
                let one = first ?? run
                first = one
                isSame = isSame && run.result.exposure.after == one.result.exposure.after
                say(run.row(comparedWith: one))
            }
            return isSame
        }
    }
}

private struct Run {
    let subject: Subject
    let width: Int
    let result: HardeningResult
    /// Of the whole machine, in seconds: what runs in labs is not ours to count.
    let processorTime: Double

    init(of subject: Subject, width: Int, _ session: () throws -> HardenSession) async throws {
        self.subject = subject
        self.width = width
        var session = try session()
        session.jobs = width
        session.isFresh = true
        let before = Self.busyTime
        result = try await session.run().result
        processorTime = Self.busyTime - before
    }

    func row(comparedWith one: Run) -> String {
        let isSame = Set(result.accepted) == Set(one.result.accepted)
        return subject.name.column(14)
            + String(
                format: "  %4d  %6d  %7.1f  %9.1f  %9.2f  %8@  %@", width, result.copyTrials,
                result.seconds, processorTime, result.seconds / one.result.seconds,
                "\(result.exposure.after)" as NSString, (isSame ? "yes" : "no") as NSString)
    }

    /// proc_stat(5): user, nice, system, and interrupts.
    private static var busyTime: Double {
        let line =
            (try? String(contentsOfFile: "/proc/stat", encoding: .utf8))?
            .split(separator: "\n").first ?? ""
        let fields = line.split(separator: " ").dropFirst().compactMap { Double($0) }
        guard fields.count >= 7 else { return 0 }
        return (fields[0] + fields[1] + fields[2] + fields[5] + fields[6])
            / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}
