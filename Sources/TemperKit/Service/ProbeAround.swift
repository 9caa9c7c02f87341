import Trials

/// A probe that asks another one and does something about it.
protocol ProbeAround: Probe {
    var probe: any Probe { get }
    func around(_ check: @Sendable () async -> CheckOutcome) async -> CheckOutcome
}

extension ProbeAround {
    var name: String { probe.name }

    func check(deadline: Duration) async -> CheckOutcome {
        await around { await probe.check(deadline: deadline) }
    }

    func check(
        of copy: any ServiceCopy, against baseline: Baseline, deadline: Duration
    ) async -> CheckOutcome {
        await around { await probe.check(of: copy, against: baseline, deadline: deadline) }
    }
}
