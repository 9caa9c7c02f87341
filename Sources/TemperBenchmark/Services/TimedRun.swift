import ArgumentParser
import Foundation
import Reports
import TemperKit

/// One `harden` of a service, with what it took.
struct TimedRun {
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

    /// - Parameters:
    ///   - what: in what the runs of a table differ.
    ///   - one: the run that the others are held against.
    static func header(of what: String, comparedWith one: String) -> String {
        "service".column(14) + "  \(what)  trials  seconds  processor  of \(one)  exposure"
            + "  same profile"
    }

    func row(of what: String, comparedWith one: TimedRun) -> String {
        let isSame = Set(result.accepted) == Set(one.result.accepted)
        return subject.name.column(14)
            + String(
                format: "  %4@  %6d  %7.1f  %9.1f  %9.2f  %8@  %@", what as NSString,
                result.copyTrials, result.seconds, processorTime,
                result.seconds / one.result.seconds, "\(result.exposure.after)" as NSString,
                (isSame ? "yes" : "no") as NSString)
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

extension Subject {
    /// Compares runs of each of these services.
    ///
    /// - Parameter isSame: whether they come to the same.
    /// - Throws: `ExitCode` 1 where one of them does not, 2 where one could not be experimented with.
    static func compare(
        _ names: [String], by isSame: (Subject) async throws -> Bool
    ) async throws {
        var status: Int32 = 0
        for subject in all where names.contains(subject.name) {
            do {
                if try await !isSame(subject) { status = max(status, 1) }
            } catch {
                say(FigureTable.row(subject, failure: "\(error)"))
                status = 2
            }
        }
        if status != 0 { throw ExitCode(status) }
    }
}
