import Hardening
import Synchronization
import Trials

/// A probe that says what it is told to.
struct ScriptedProbe: Probe {
    var name = "scripted"
    let script: @Sendable (Duration) async -> CheckOutcome
    func check(deadline: Duration) async -> CheckOutcome { await script(deadline) }
}

/// A copy of which there is nothing to be seen, and with which all goes well.
protocol QuietCopy: ServiceCopy {}

extension QuietCopy {
    var disturbances: [Observation] { get async { [] } }
    func footprint() async -> Footprint { Footprint() }
    func accesses() async -> Set<ObservedAccess> { [] }
    func refusals() async -> [KernelRequest] { [] }
    func processSet() async -> ProcessSet { ProcessSet([:]) }
    func helpers() async -> [HelperExit] { [] }
    func endings() async -> [ProcessExit]? { nil }
    func startAgain(limit: Duration?) async -> JobEnding { .done }
    func reload() async -> JobEnding { .done }
    func log() async -> [LogLine] { [] }
    func end() async {}
}

/// A service that is still reloading when it is looked at after its reload, for so many looks.
struct LateReloader: ServiceUnderTest {
    let looks: Int

    func start(
        under profile: Profile, limit: Duration?
    ) async throws(ExperimentError) -> StartedCopy {
        .started(job: .done, Copy(looks: looks))
    }

    final class Copy: QuietCopy {
        private let left: Mutex<Int>
        private let isReloaded = Mutex(false)

        init(looks: Int) { left = Mutex(looks) }

        func state() async -> UnitState {
            let isReloading =
                isReloaded.withLock { $0 }
                && left.withLock { left in
                    left -= 1
                    return left >= 0
                }
            return UnitState(
                type: "notify", active: isReloading ? "reloading" : "active", sub: "running",
                result: "success", mainPID: 7)
        }

        func reload() async -> JobEnding {
            isReloaded.withLock { $0 = true }
            return .done
        }

        func stop(limit: Duration?) async -> (job: JobEnding, end: UnitState) {
            (
                .done,
                UnitState(
                    type: "notify", active: "inactive", sub: "dead", result: "success", mainCode: 1)
            )
        }
    }
}

/// A service whose stop takes its time until systemd ends it, while others on the machine wait for
/// a share of that time.
struct LateStopper: ServiceUnderTest {
    let share: Double

    func start(
        under profile: Profile, limit: Duration?
    ) async throws(ExperimentError) -> StartedCopy {
        .started(job: .done, Copy(share: share))
    }

    struct Copy: QuietCopy {
        let share: Double
        private let began = ContinuousClock.now

        init(share: Double) { self.share = share }

        func state() async -> UnitState {
            UnitState(
                type: "exec", active: "active", sub: "running", result: "success", mainPID: 7)
        }

        func othersWaited() async -> Duration { (ContinuousClock.now - began) * share }

        func stop(limit: Duration?) async -> (job: JobEnding, end: UnitState) {
            try? await Task.sleep(for: .milliseconds(40))
            return (
                .timeout,
                UnitState(type: "exec", active: "failed", sub: "failed", result: "timeout")
            )
        }
    }
}
