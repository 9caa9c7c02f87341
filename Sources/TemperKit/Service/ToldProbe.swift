import Synchronization
import Trials

/// A probe whose answers are told while it is waited for: a wrong one is seen at once, and not after
/// a start period of silence.
final class ToldProbe: ProbeAround {
    let probe: any Probe
    private let patience: Duration
    /// What of an answer nobody may read.
    private let redaction: Redaction
    private let progress: any ProgressListener
    private let state = Mutex(State())

    private struct State {
        /// Since when no answer was good.
        var since: ContinuousClock.Instant?
        var told = ""
        /// Its last.
        var answer: String?
    }

    /// Services take a moment before they answer, of which nobody has to hear.
    private static let moment = Duration.seconds(2)

    /// - Parameter patience: how long it is asked until it has to hold.
    init(
        _ probe: any Probe, patience: Duration, without redaction: Redaction,
        _ progress: any ProgressListener
    ) {
        self.probe = probe
        self.patience = patience
        self.redaction = redaction
        self.progress = progress
    }

    func around(_ check: @Sendable () async -> CheckOutcome) async -> CheckOutcome {
        state.withLock { $0.since = $0.since ?? .now }
        let clock = Task {
            while !Task.isCancelled {
                tellTime()
                try? await Task.sleep(for: .seconds(1))
            }
        }
        let outcome = tell(await check())
        clock.cancel()
        await clock.value
        return outcome
    }

    /// How long it still has, once that takes longer than a moment.
    private func tellTime() {
        let (since, answer) = state.withLock { ($0.since, $0.answer) }
        guard let since, .now - since > Self.moment else { return }
        progress.wait(
            for: redaction.applied(to: name.abridged), saying: answer,
            left: max(.zero, patience - (.now - since)))
    }

    private func tell(_ outcome: CheckOutcome) -> CheckOutcome {
        let words = state.withLock { state -> String? in
            guard let why = outcome.trouble.map({ redaction.applied(to: $0) }) else {
                state = State()
                return nil
            }
            state.answer = why
            let isLong = state.since.map { .now - $0 > Self.moment } ?? false
            guard isLong, state.told != why else { return nil }
            state.told = why
            return why
        }
        if let words {
            progress.step(
                "the probe does not hold yet, which has \(patience.seconds) s (--start-period): "
                    + "\(redaction.applied(to: name.abridged)): \(words)")
        }
        return outcome
    }
}
