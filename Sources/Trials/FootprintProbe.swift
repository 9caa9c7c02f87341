/// Asks nobody but looks whether everything is there that others see of the service as it is. For
/// a service of which nothing else is known.
public struct FootprintProbe: Probe {
    public let name = "what others see of it"
    /// Of a copy of which nothing is known, so long nothing may change: slow services open their
    /// sockets one after the other.
    private let rest: Duration

    public init(rest: Duration = .seconds(1)) { self.rest = rest }

    public func check(deadline: Duration) async -> CheckOutcome {
        .cannotTell("there is no copy to look at")
    }

    public func check(
        of copy: any ServiceCopy, against baseline: Baseline, deadline: Duration
    ) async -> CheckOutcome {
        do throws(ExperimentError) {
            let seen = try await copy.footprint()
            if let known = baseline.footprint {
                return seen.lack(of: known).map(CheckOutcome.unhealthy) ?? .healthy
            }
            try? await Task.sleep(for: min(rest, deadline))
            return try await copy.footprint() == seen ? .healthy : .unhealthy("it still changes")
        } catch {
            return .cannotTell(error.description)
        }
    }
}
