import Synchronization
import Trials

/// A probe whose answers are told while it is waited for: a wrong one is seen at once, and not after
/// a start period of silence.
final class ToldProbe: Probe {
    private let probe: any Probe
    private let patience: Duration
    private let progress: any ProgressListener
    private let state = Mutex(State())

    private struct State {
        /// Since when no answer was good.
        var since: ContinuousClock.Instant?
        var told = ""
    }

    /// Services take a moment before they answer, of which nobody has to hear.
    private static let moment = Duration.seconds(2)

    /// - Parameter patience: how long it is asked until it has to hold.
    init(_ probe: any Probe, patience: Duration, _ progress: any ProgressListener) {
        self.probe = probe
        self.patience = patience
        self.progress = progress
    }

    var name: String { probe.name }

    func check(deadline: Duration) async -> CheckOutcome {
        began()
        return tell(await probe.check(deadline: deadline))
    }

    func check(
        of copy: any ServiceCopy, against baseline: Baseline, deadline: Duration
    ) async -> CheckOutcome {
        began()
        return tell(await probe.check(of: copy, against: baseline, deadline: deadline))
    }

    private func began() {
        state.withLock { $0.since = $0.since ?? .now }
    }

    private func tell(_ outcome: CheckOutcome) -> CheckOutcome {
        let words = state.withLock { state -> String? in
            guard let why = outcome.trouble else {
                state = State()
                return nil
            }
            let isLong = state.since.map { .now - $0 > Self.moment } ?? false
            guard isLong, state.told != why else { return nil }
            state.told = why
            return why
        }
        if let words {
            progress.step(
                "the probe does not hold yet, which has \(patience.seconds) s (--start-period): "
                    + "\(name.abridged): \(words)")
        }
        return outcome
    }
}
