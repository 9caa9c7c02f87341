package import Lab
import SystemdBus
package import Trials

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
}

extension TemperError {
    package init(_ error: ExperimentError) {
        self = error.isInterruption ? .interrupted() : .experiment(error.description)
    }

    init(_ error: BusError) { self = .experiment(error.description) }

    /// A lab that cannot be had is an experiment that cannot be made; a bad name is bad usage.
    package init(_ error: LabError) {
        switch error {
        case .badName: self = .usage(error.description)
        case .cancelled: self = .interrupted()
        default: self = .experiment(error.description)
        }
    }
}

package func labFailures<Result>(
    _ work: () async throws(LabError) -> Result
) async throws(TemperError) -> Result {
    do { return try await work() } catch { throw TemperError(error) }
}

package func experimentFailures<Result>(
    _ work: () throws(ExperimentError) -> Result
) throws(TemperError) -> Result {
    do { return try work() } catch { throw TemperError(error) }
}
