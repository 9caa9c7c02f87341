import Reports
import Synchronization
import Trials

/// A probe that keeps when it was asked, and what it answered.
final class TimedProbe: Probe {
    private let probe: any Probe
    private let kept = Mutex<[ProbeCheck]>([])
    private let first = ContinuousClock.now

    init(_ probe: any Probe) { self.probe = probe }

    var name: String { probe.name }
    var checks: [ProbeCheck] { kept.withLock { $0 } }

    func check(deadline: Duration) async -> CheckOutcome {
        await timed { await self.probe.check(deadline: deadline) }
    }

    func check(
        of copy: any ServiceCopy, against baseline: Baseline, deadline: Duration
    ) async -> CheckOutcome {
        await timed {
            await self.probe.check(of: copy, against: baseline, deadline: deadline)
        }
    }

    private func timed(_ check: @Sendable () async -> CheckOutcome) async -> CheckOutcome {
        let began = ContinuousClock.now
        let outcome = await check()
        let last = ProbeCheck(began: began - first, ended: .now - first, outcome: outcome)
        kept.withLock { $0.append(last) }
        return outcome
    }
}
