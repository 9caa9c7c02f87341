import Hardening
import Synchronization
import Trials

/// A copy of a simulated service; `nil` for a fault means that it works.
final class SimulatedCopy: ServiceCopy {
    private let service: SimulatedService
    private let fault: SimulatedFault?
    /// What it complains of although it works.
    private let complaints: [String]
    private let statusAtStop: Int32
    /// Whether the helper that comes and goes is there at a look of this number.
    private let helperIsThere: @Sendable (_ isSecondLife: Bool, _ look: Int) -> Bool
    private let began = ContinuousClock.now
    private let life = Mutex(Life())

    private struct Life {
        var looks = 0
        var processLooks = 0
        var isReloaded = false
        var isStopped = false
        var isSecond = false
    }

    init(
        of service: SimulatedService, fault: SimulatedFault?, complaints: [String] = [],
        statusAtStop: Int32 = 0, helperIsThere: @escaping @Sendable (Bool, Int) -> Bool
    ) {
        self.service = service
        self.fault = fault
        self.complaints = complaints
        self.statusAtStop = statusAtStop
        self.helperIsThere = helperIsThere
    }

    var startJob: JobEnding {
        switch fault {
        case .execStep: .failed
        case .startTimesOut: .timeout
        default: .done
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
        if fault == .secondStart && life.withLock(\.isSecond) { return dead(of: .secondStart) }
        let isReplaced = fault == .mainProcessReplaced && looks >= 3
        return UnitState(
            type: "exec", active: "active", sub: "running", result: "success",
            mainPID: isReplaced ? 8 : 7)
    }

    var exercises: [Exercise] { service.exercises(self) }

    func waited() -> Duration { service.isStarved ? ContinuousClock.now - began : .zero }

    func accesses() -> Set<ObservedAccess> { [] }

    func refusals() -> [KernelRequest] { service.refusals }

    private func dead(of fault: SimulatedFault) -> UnitState {
        UnitState(
            type: "exec", active: "failed", sub: "failed",
            result: fault == .startTimesOut ? "timeout" : "exit-code", mainCode: 1,
            mainStatus: fault == .execStep ? 226 : 1)
    }

    func check() -> CheckOutcome {
        let (isReloaded, isStopped, isSecond) = life.withLock {
            ($0.isReloaded, $0.isStopped, $0.isSecond)
        }
        if isStopped { return .unhealthy("connection refused") }
        switch fault {
        case .execStep, .startTimesOut, .diesAtStart: return .unhealthy("connection refused")
        case .probe, .diesBetweenChecks, .probeAfterCrash: return .unhealthy("HTTP 502")
        case .probeAfterReload: return isReloaded ? .unhealthy("HTTP 502") : .healthy
        case .probeAfterSecondStart: return isSecond ? .unhealthy("HTTP 502") : .healthy
        case .probeCannotTell: return .cannotTell("exit status 125")
        default: return .healthy
        }
    }

    func reload() async throws(ExperimentError) -> JobEnding {
        try service.fail(in: .reload)
        life.withLock { $0.isReloaded = true }
        return fault == .reload ? .failed : .done
    }

    func startAgain(limit: Duration?) async throws(ExperimentError) -> JobEnding {
        try service.fail(in: .startAgain)
        life.withLock { life in
            life.isSecond = true
            life.processLooks = 0
            life.isStopped = false
        }
        return fault == .secondStart ? .failed : .done
    }

    func processSet() async throws(ExperimentError) -> ProcessSet {
        try service.fail(in: .processSet)
        let (isSecond, look) = life.withLock { life in
            life.processLooks += 1
            return (life.isSecond, life.processLooks)
        }
        var members = ["simulated": 1, "worker": fault == .workerMissing ? 1 : 2]
        if helperIsThere(isSecond, look) { members["helper"] = 1 }
        return ProcessSet(members)
    }

    func footprint() -> Footprint {
        let domain = fault == .labelHeld ? "init_t" : "simulated_t"
        return Footprint(
            listeners: fault == .listenerMissing ? [] : ["tcp 127.0.0.1:1"],
            labels: ["system_u:system_r:\(domain):s0"])
    }

    func helpers() async throws(ExperimentError) -> [HelperExit] {
        try service.fail(in: .helpers)
        let isReloaded = life.withLock(\.isReloaded)
        func exit(_ directive: String, _ status: Int32) -> HelperExit {
            HelperExit(
                directive: directive, position: 1, program: "/bin/simulated", code: 1,
                status: status)
        }
        return (isReloaded ? [exit("ExecReload", 0)] : [])
            + (fault == .helperFails ? [exit("ExecStopPost", 1)] : [])
    }

    func endings() async throws(ExperimentError) -> [ProcessExit]? {
        try service.fail(in: .endings)
        let crash = ProcessExit(name: "worker", code: 2, status: 31)
        return [ProcessExit(name: "simulated", code: 2, status: 15)]
            + (fault == .childCrashes || fault == .probeAfterCrash ? [crash] : [])
    }

    func stop(limit: Duration?) async throws(ExperimentError) -> (job: JobEnding, end: UnitState) {
        try service.fail(in: .stop)
        let isSecond = life.withLock { life in
            life.isStopped = true
            return life.isSecond
        }
        if let fault, fault.diesBeforeLook != nil { return (.done, dead(of: fault)) }
        let isOdd = fault == .endsOtherwise || (fault == .endsOtherwiseAgain && isSecond)
        let end = UnitState(
            type: "exec", active: "inactive", sub: "dead", result: isOdd ? "signal" : "success",
            mainCode: isOdd ? 2 : 1, mainStatus: isOdd ? 11 : statusAtStop)
        return (fault == .stopTimesOut ? .timeout : .done, end)
    }

    func log() async throws(ExperimentError) -> [LogLine] {
        try service.fail(in: .log)
        // What begins so is said at a second start only.
        let isSecond = life.withLock(\.isSecond)
        let said = complaints.filter { isSecond || !$0.hasPrefix("again") }
        return (["up"] + said).map {
            LogLine(priority: $0 == "up" ? 6 : 4, source: "simulated", message: $0)
        }
    }

    func end() async { service.forget(self) }
}
