public import Testing
public import Trials

/// What every probe must do, fakes and real ones alike; each case is one clause.
public enum ProbeContract: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case seesHealth = "is healthy when the service answers"
    case seesAbsence = "is not healthy when the service is not there"
    case survivesSilence = "returns within its deadline when the service hangs"
    case recovers = "is healthy again after a check that hung"
    case leavesNothing = "leaves nothing running or open"
    case isNamed = "has a name that people can read"

    public var testDescription: String { rawValue }

    /// Probes of the same kind before services of three kinds.
    public struct Fixture: Sendable {
        public let working: any Probe
        public let absent: any Probe
        public let hanging: any Probe
        /// What there is now that a check could have left: processes, units, open files.
        public let remains: @Sendable () async throws -> [String]
        /// How much longer than its deadline a check may take: what it costs to ask and to
        /// clean up on a busy machine.
        public let grace: Duration

        public init(
            working: any Probe, absent: any Probe, hanging: any Probe, grace: Duration,
            remains: @escaping @Sendable () async throws -> [String]
        ) {
            self.working = working
            self.absent = absent
            self.hanging = hanging
            self.grace = grace
            self.remains = remains
        }
    }

    public func check(_ fixture: Fixture) async throws {
        let short = Duration.milliseconds(300)
        let ample = Duration.seconds(10)
        switch self {
        case .seesHealth:
            #expect(await fixture.working.check(deadline: ample) == .healthy)
        case .seesAbsence:
            let outcome = await fixture.absent.check(deadline: ample)
            #expect(!outcome.isHealthy)
        case .survivesSilence:
            let began = ContinuousClock.now
            let outcome = await fixture.hanging.check(deadline: short)
            let took = ContinuousClock.now - began
            #expect(!outcome.isHealthy)
            #expect(took < short + fixture.grace, "took \(took)")
        case .recovers:
            _ = await fixture.hanging.check(deadline: short)
            #expect(await fixture.working.check(deadline: ample) == .healthy)
        case .leavesNothing:
            let before = try await fixture.remains()
            for _ in 0..<3 {
                _ = await fixture.working.check(deadline: ample)
                _ = await fixture.absent.check(deadline: ample)
                _ = await fixture.hanging.check(deadline: short)
            }
            // What an earlier check had made may be forgotten only now.
            let new = try await fixture.remains().filter { !before.contains($0) }
            #expect(new == [])
        case .isNamed:
            #expect(!fixture.working.name.isEmpty && !fixture.working.name.contains("\n"))
        }
    }
}
