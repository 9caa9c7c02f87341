import Hardening
import Synchronization
import TemperTesting
import Testing
import Trials

@testable import TemperKit

@Suite("A trial that is begun ahead", .timeLimit(.minutes(1)))
struct TrialAheadTests {
    private let strict = Profile(["ProtectHome=yes"], in: .standard)
    private let stricter = Profile(["ProtectHome=yes", "PrivateTmp=yes"], in: .standard)

    /// Which trials were begun and which came to their end.
    private final class Log: Sendable {
        let begun = Mutex<[Profile]>([])
        let ended = Mutex<[Profile]>([])

        @Sendable func make(_ profile: Profile, lasts: Duration = .zero) async throws -> Trial {
            begun.withLock { $0.append(profile) }
            defer { ended.withLock { $0.append(profile) } }
            try await Task.sleep(for: lasts)
            return Trial(
                number: 0, purpose: .proving, profile: profile, began: 0, microseconds: .init(),
                observations: [], baseline: .unknown)
        }
    }

    @Test("is made once, and answers for its profile alone")
    func once() async throws {
        let log = Log()
        let strict = strict
        let trials = try await TrialAhead.with { ahead in
            for _ in 0..<3 { ahead.begin(strict) { try await log.make(strict) } }
            return (
                try await ahead.trial(under: strict), try await ahead.trial(under: stricter)
            )
        }
        #expect(trials.0?.profile == strict)
        #expect(trials.1 == nil)
        #expect(log.begun.withLock(\.self) == [strict])
    }

    @Test("is called off for that of another profile, and at the end, also where that is an error")
    func calledOff() async throws {
        let log = Log()
        let (strict, stricter) = (strict, stricter)
        let began = ContinuousClock.now
        await #expect(throws: ExperimentError.self) {
            try await TrialAhead.with { ahead in
                ahead.begin(strict) { try await log.make(strict, lasts: .seconds(40)) }
                while log.begun.withLock(\.isEmpty) { try await Task.sleep(for: .milliseconds(1)) }
                ahead.begin(stricter) { try await log.make(stricter, lasts: .seconds(40)) }
                while log.ended.withLock(\.isEmpty) { try await Task.sleep(for: .milliseconds(1)) }
                while log.begun.withLock(\.count) < 2 {
                    try await Task.sleep(for: .milliseconds(1))
                }
                throw ExperimentError("over")
            }
        }
        #expect(log.ended.withLock(\.self) == [strict, stricter])
        #expect(ContinuousClock.now - began < .seconds(30))
    }

    @Test("ends soon where whoever waits for it is interrupted")
    func interrupted() async throws {
        let log = Log()
        let strict = strict
        let waiting = Task {
            try await TrialAhead.with { ahead in
                ahead.begin(strict) { try await log.make(strict, lasts: .seconds(40)) }
                return try await ahead.trial(under: strict)
            }
        }
        while log.begun.withLock(\.isEmpty) { try await Task.sleep(for: .milliseconds(1)) }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { _ = try await waiting.value }
        #expect(log.ended.withLock(\.self) == [strict])
    }
}
