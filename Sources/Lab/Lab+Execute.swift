import Glibc

/// What a command did. An exit status other than 0 is a result, not an error.
public struct LabOutput: Sendable, Equatable {
    /// The exit status, or 128+n after signal n.
    public let status: Int32
    /// What it wrote; bytes that are no UTF-8 are replaced.
    public let stdout: String
    public let stderr: String
}

extension Lab {
    /// Runs a command inside with this process's own standard input, output and error.
    /// - Parameters:
    ///   - arguments: the command, looked up in the lab's `PATH`, and its arguments.
    ///   - environment: beside a plain one with `PATH`, `HOME`, `LANG` and this process's `TERM`.
    /// - Returns: Its exit status, or 128+n after signal n.
    /// - Throws: `.noSuchLab`, `.commandNotStarted`, `.cancelled` (the command is killed then)
    public func execute(
        _ arguments: [String], environment: [String: String] = [:]
    ) async throws(LabError) -> Int32 {
        try await onOwnThread { (cancellation) throws(LabError) in
            try LabCommand(lab: self, arguments: arguments, environment: environment)
                .run(cancellation)
        }
    }

    /// Runs a command inside with no input and collects its output.
    /// - Parameter deadline: after it the command and all it started are killed.
    /// - Throws: `.noSuchLab`, `.commandNotStarted`, `.commandTooSlow`, `.cancelled`
    public func run(
        _ arguments: [String], environment: [String: String] = [:],
        within deadline: Duration = .seconds(30)
    ) async throws(LabError) -> LabOutput {
        try await onOwnThread { (cancellation) throws(LabError) in
            try LabCommand(lab: self, arguments: arguments, environment: environment)
                .runCollecting(deadline: deadline, cancellation)
        }
    }
}
