import Hardening
import Synchronization
import Trials

/// A copy of a simulated service; `nil` for a fault means that it works.
final class SimulatedCopy: ServiceCopy {
    private let service: SimulatedService
    private let fault: SimulatedFault?
    private let life = Mutex(Life())

    private struct Life {
        var looks = 0
        var isReloaded = false
        var isStopped = false
    }

    init(of service: SimulatedService, fault: SimulatedFault?) {
        self.service = service
        self.fault = fault
    }

    var startJob: String {
        switch fault {
        case .setupStep: "failed"
        case .startTimesOut: "timeout"
        default: "done"
        }
    }

    var disturbances: [Observation] {
        get async throws(ExperimentError) {
            try service.fail(in: .disturbances)
            switch fault {
            case .managerReloads: return [.managerReloaded]
            case .foreignDropIn:
                return [.foreignDropIn(path: "/etc/systemd/system/service.d/x.conf")]
            default: return []
            }
        }
    }

    func state() async throws(ExperimentError) -> UnitState {
        try service.fail(in: .state)
        let looks = life.withLock { life in
            life.looks += 1
            return life.looks
        }
        if let fault, let death = fault.diesBeforeLook, looks >= death { return dead(of: fault) }
        let isReplaced = fault == .mainProcessReplaced && looks >= 3
        return UnitState(
            type: "exec", active: "active", sub: "running", result: "success",
            mainPID: isReplaced ? 8 : 7)
    }

    func sightings() -> Set<Sighting> { [] }

    func refusals() -> [KernelRequest] { [] }

    private func dead(of fault: SimulatedFault) -> UnitState {
        UnitState(
            type: "exec", active: "failed", sub: "failed",
            result: fault == .startTimesOut ? "timeout" : "exit-code", mainCode: 1,
            mainStatus: fault == .setupStep ? 226 : 1)
    }

    func check() -> CheckOutcome {
        let (isReloaded, isStopped) = life.withLock { ($0.isReloaded, $0.isStopped) }
        if isStopped { return .unhealthy("connection refused") }
        switch fault {
        case .setupStep, .startTimesOut, .diesAtStart: return .unhealthy("connection refused")
        case .probe, .diesBetweenChecks: return .unhealthy("HTTP 502")
        case .probeAfterReload: return isReloaded ? .unhealthy("HTTP 502") : .healthy
        case .probeCannotTell: return .cannotTell("exit status 125")
        default: return .healthy
        }
    }

    func reload() async throws(ExperimentError) -> String {
        try service.fail(in: .reload)
        life.withLock { $0.isReloaded = true }
        return fault == .reload ? "failed" : "done"
    }

    func stop(limit: Duration?) async throws(ExperimentError) -> (job: String, end: UnitState) {
        try service.fail(in: .stop)
        life.withLock { $0.isStopped = true }
        if let fault, fault.diesBeforeLook != nil { return ("done", dead(of: fault)) }
        let end = UnitState(
            type: "exec", active: "inactive", sub: "dead",
            result: fault == .endsOtherwise ? "signal" : "success",
            mainCode: fault == .endsOtherwise ? 2 : 1, mainStatus: fault == .endsOtherwise ? 11 : 0)
        return (fault == .stopTimesOut ? "timeout" : "done", end)
    }

    func log() async throws(ExperimentError) -> [LogLine] {
        try service.fail(in: .log)
        return [LogLine(priority: 6, source: "simulated", message: "up")]
    }

    func end() async { service.forget(self) }
}
