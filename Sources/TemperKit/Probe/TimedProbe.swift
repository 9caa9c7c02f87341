import Reports
import Synchronization
import Trials

/// A probe that keeps when it was asked, and what it answered.
final class TimedProbe: ProbeAround {
    let probe: any Probe
    private let kept = Mutex<[ProbeCheck]>([])
    private let first = ContinuousClock.now

    init(_ probe: any Probe) { self.probe = probe }

    var checks: [ProbeCheck] { kept.withLock { $0 } }

    func around(_ check: @Sendable () async -> CheckOutcome) async -> CheckOutcome {
        let began = ContinuousClock.now
        let outcome = await check()
        let last = ProbeCheck(began: began - first, ended: .now - first, outcome: outcome)
        kept.withLock { $0.append(last) }
        return outcome
    }
}
