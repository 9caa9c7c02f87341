import ArgumentParser
import Foundation
import Glibc
import Reports
import TemperKit

struct LoadBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "How a campaign fares on a machine that is busy, against the same machine idle.",
        discussion: """
            Each service is hardened once on the idle machine and once beside processes that \
            compute all the time, after a run that is not counted. A service that is late for that \
            must not be taken for broken. Needs what `services` needs, and a machine that does \
            nothing else. Ends with status 1 where the busy machine comes to another exposure, \
            with 2 when a service could not be experimented with.
            """)

    @Argument(help: "Which services of `temper-benchmark services`.")
    var names = ["nginx", "memcached"]

    @Option(help: ArgumentHelp("How many such processes for each processor.", valueName: "count"))
    var load = 3

    @OptionGroup var places: SubjectPlaces

    func validate() throws {
        try Subject.check(names)
        if load < 1 { throw ValidationError("--load is how many processes; give 1 or more") }
    }

    func run() async throws {
        say(TimedRun.header(of: "busy", comparedWith: "busy 0"))
        try await Subject.compare(names, by: compare)
    }

    /// - Returns: whether the busy machine comes to the same exposure.
    private func compare(_ subject: Subject) async throws -> Bool {
        try await withStateDirectory(nil) { state in
            func timed() async throws -> TimedRun {
                try await TimedRun(of: subject, width: 1) {
                    try subject.session(from: places, state: state)
                }
            }
            // The first run finds out what this systemd enforces.
            _ = try await timed()
            let idle = try await timed()
            say(idle.row(of: "0", comparedWith: idle))
            let count = load * ProcessInfo.processInfo.activeProcessorCount
            var processes: [Process] = []
            defer {
                for process in processes {
                    // SIGTERM may be blocked where a campaign began.
                    kill(process.processIdentifier, SIGKILL)
                    process.waitUntilExit()
                }
            }
            for _ in 0..<count {
                let process = Process()
                process.executableURL = URL(filePath: "/bin/sh")
                // It ends with this process, however that does.
                process.arguments = ["-c", "while kill -0 $PPID 2>/dev/null; do :; done"]
                try process.run()
                processes.append(process)
            }
            let busy = try await timed()
            say(busy.row(of: "\(count)", comparedWith: idle))
            return busy.result.exposure.after == idle.result.exposure.after
        }
    }
}
