import Hardening
import Trials

/// A service that exists only as a rule: it fails when a profile contains one of its conflicts.
/// Fast and exact, for thousands of campaigns.
public struct SimulatedService: ServiceUnderTest {
    /// Sets of restrictions that break it when all of a set are taken.
    public let conflicts: [Set<String>]
    /// How it breaks.
    public let fault: Fault

    public enum Fault: Sendable, CaseIterable {
        /// The start job fails in systemd's own preparation.
        case setupStep
        /// It starts, and its probe fails.
        case probe
        /// It survives until it is told to reload.
        case reload
        /// It works and ends otherwise than usual.
        case stop
        /// systemd will not load such a unit.
        case refused
    }

    public init(conflicts: [Set<String>], fault: Fault = .setupStep) {
        self.conflicts = conflicts
        self.fault = fault
    }

    public func start(
        under profile: Profile, limit: Duration?
    ) async throws(ExperimentError) -> StartedCopy {
        let isBroken = conflicts.contains { $0.isSubset(of: profile.restrictions) }
        if isBroken && fault == .refused {
            return .refused(name: "org.freedesktop.systemd1.BadUnitSetting", message: "simulated")
        }
        let fails = isBroken && fault == .setupStep
        return .started(
            job: fails ? "failed" : "done", SimulatedCopy(fault: isBroken ? fault : nil))
    }
}

/// A copy of a simulated service; `nil` for a fault means that it works.
struct SimulatedCopy: ServiceCopy {
    let fault: SimulatedService.Fault?

    var disturbances: [Observation] {
        get async throws(ExperimentError) { [] }
    }

    func state() async throws(ExperimentError) -> UnitState {
        fault == .setupStep
            ? UnitState(
                type: "exec", active: "failed", sub: "failed", result: "exit-code", mainCode: 1,
                mainStatus: 226)
            : UnitState(
                type: "exec", active: "active", sub: "running", result: "success", mainPID: 7)
    }

    func sightings() -> Set<Sighting> { [] }

    func reload() async throws(ExperimentError) -> String { fault == .reload ? "failed" : "done" }

    func stop() async throws(ExperimentError) -> (job: String, end: UnitState) {
        (
            "done",
            UnitState(
                type: "exec", active: "inactive", sub: "dead",
                result: fault == .stop ? "timeout" : "success", mainCode: 1, mainStatus: 0)
        )
    }

    func log() async throws(ExperimentError) -> [LogLine] { [] }

    func end() async {}
}
