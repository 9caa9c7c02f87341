import Lab
import SystemdBus
import Trials

/// Why temper ends without having done what was asked. A service that fails is an answer, and no
/// error.
public enum TemperError: Error, Hashable, Sendable {
    /// Nothing is on record, or installed, of what was asked about.
    case absent(String)
    /// The experiment could not be made. All is as it was, unless the text says otherwise.
    case experiment(String)
    /// What was asked for cannot be done as it was asked; the text says what to ask instead.
    case usage(String)
    /// The task was cancelled. All is as it was, unless the text says otherwise.
    case interrupted(String = "interrupted")

    public var isInterruption: Bool {
        if case .interrupted = self { true } else { false }
    }
}

extension TemperError: CustomStringConvertible {
    /// What went wrong, to whom, and what to do next.
    public var description: String {
        switch self {
        case .absent(let text), .experiment(let text), .usage(let text), .interrupted(let text):
            text
        }
    }

    /// The same in other words.
    package func saying(_ text: String) -> TemperError {
        switch self {
        case .absent: .absent(text)
        case .experiment: .experiment(text)
        case .usage: .usage(text)
        case .interrupted: .interrupted(text)
        }
    }
}

extension TemperError {
    /// What the targets below throw, as what it means to whoever asked.
    package init(_ error: any Error) {
        switch error {
        case let error as TemperError: self = error
        case let error as ExperimentError:
            self = error.isInterruption ? .interrupted() : .experiment(error.description)
        case LabError.badName: self = .usage("\(error)")
        case LabError.cancelled, is CancellationError: self = .interrupted()
        // What failed because everything is being ended is no failure of its own.
        default: self = Task.isCancelled ? .interrupted() : .experiment("\(error)")
        }
    }

    /// Runs `work`, and throws what it throws as an error of this type.
    package static func ofWork<Result>(
        isolation: isolated (any Actor)? = #isolation, _ work: () async throws -> Result
    ) async throws(TemperError) -> Result {
        do { return try await work() } catch { throw TemperError(error) }
    }
}
