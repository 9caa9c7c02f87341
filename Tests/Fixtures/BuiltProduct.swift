import Foundation
import Glibc

/// A program of this package as it was built together with the tests.
public struct BuiltProduct: Sendable {
    public let path: String

    public init(_ name: String) {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        path = URL(fileURLWithPath: tests ?? "").deletingLastPathComponent().path + "/" + name
    }

    /// What a run came to. After a signal the status is 128 and its number.
    public struct Report: Sendable {
        public let status: Int32
        public let output: String
        public let errors: String
        public let seconds: Double

        /// The lines on standard error.
        public var complaints: [String] {
            errors.split(separator: "\n").map(String.init)
        }
    }

    /// A run that is under way. Its output goes to files: nobody has to read it meanwhile.
    public final class Run: @unchecked Sendable {
        // Only started, waited for and signalled; Foundation's Process allows that of any thread.
        private let process = Process()
        private let directory: String
        private let began = ContinuousClock.now

        public var pid: Int32 { process.processIdentifier }
        public var isRunning: Bool { process.isRunning }

        init(_ path: String, _ arguments: [String], _ environment: [String: String]) throws {
            directory = NSTemporaryDirectory() + "temper-run-\(UUID().uuidString)"
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true)
            process.executableURL = URL(fileURLWithPath: path)
            process.arguments = arguments
            process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = try file("out")
            process.standardError = try file("err")
            try process.run()
        }

        private func file(_ name: String) throws -> FileHandle {
            let path = "\(directory)/\(name)"
            try Data().write(to: URL(fileURLWithPath: path))
            return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        }

        /// What it has said on standard error so far.
        public var errorsSoFar: String {
            (try? String(contentsOfFile: directory + "/err", encoding: .utf8)) ?? ""
        }

        public func signal(_ number: Int32) { kill(pid, number) }

        /// Waits for its end; after the deadline it is killed.
        public func end(within deadline: Duration = .seconds(120)) async throws -> Report {
            let limit = began + deadline
            while process.isRunning {
                if ContinuousClock.now > limit { signal(SIGKILL) }
                try await Task.sleep(for: .milliseconds(5))
            }
            let took = (ContinuousClock.now - began).components
            defer { try? FileManager.default.removeItem(atPath: directory) }
            let status = process.terminationStatus
            return Report(
                status: process.terminationReason == .exit ? status : 128 + status,
                output: (try? String(contentsOfFile: directory + "/out", encoding: .utf8)) ?? "",
                errors: errorsSoFar,
                seconds: Double(took.seconds) + Double(took.attoseconds) / 1e18)
        }
    }

    public func start(_ arguments: [String], environment: [String: String] = [:]) throws -> Run {
        try Run(path, arguments, environment)
    }

    public func run(
        _ arguments: [String], environment: [String: String] = [:],
        within deadline: Duration = .seconds(120)
    ) async throws -> Report {
        try await start(arguments, environment: environment).end(within: deadline)
    }
}

/// Runs a program of the machine, for what a test cannot do itself.
public func runProgram(_ path: String, _ arguments: [String]) async throws -> BuiltProduct.Report {
    try await BuiltProduct.Run(path, arguments, [:]).end()
}
