public import Hardening

/// A service of which copies can be started: the port to systemd.
public protocol ServiceUnderTest: Sendable {
    /// Starts a copy under `profile` and waits until its start job has ended.
    ///
    /// - Parameter limit: how long the start may take; nil for as long as the service's own
    ///   settings allow.
    func start(
        under profile: Profile, limit: Duration?
    ) async throws(ExperimentError) -> StartedCopy
    /// How a person can start the same copy; nil where there is no such command.
    func command(under profile: Profile, limit: Duration?) -> HandCommand?
}

extension ServiceUnderTest {
    public func command(under profile: Profile, limit: Duration?) -> HandCommand? { nil }
}

/// What came of a start.
public enum StartedCopy: Sendable {
    /// systemd would not even load the unit.
    case refused(name: String, message: String)
    /// The start job ended with this result; the copy exists until it is ended.
    case started(job: JobEnding, any ServiceCopy)
}

/// A copy that was started. Whatever became of it, `end` must be called.
public protocol ServiceCopy: Sendable {
    /// What makes this trial worthless so far, such as a foreign drop-in or a reload of the manager.
    var disturbances: [Observation] { get async throws(ExperimentError) }
    func state() async throws(ExperimentError) -> UnitState
    /// Its processes right now.
    func processSet() async throws(ExperimentError) -> ProcessSet
    /// What others can see of it right now.
    func footprint() async throws(ExperimentError) -> Footprint
    /// What its processes use right now, and what they were seen to ask for where the copy is
    /// looked at closely.
    func accesses() async throws(ExperimentError) -> Set<ObservedAccess>
    /// What the kernel refused its processes so far, oldest first; empty where that cannot be seen.
    func refusals() async throws(ExperimentError) -> [KernelRequest]
    /// Runs its reload and waits for the job; the job's result.
    func reload() async throws(ExperimentError) -> JobEnding
    /// Stops it and waits; the job's result and how the service ended.
    ///
    /// - Parameter limit: how long it may take before it is killed, which is a `timeout`; nil for
    ///   as long as the service's own settings allow.
    func stop(limit: Duration?) async throws(ExperimentError) -> (job: JobEnding, end: UnitState)
    /// Starts it again after it was stopped; the job's result.
    func startAgain(limit: Duration?) async throws(ExperimentError) -> JobEnding
    /// The commands beside its main process that ran and ended since its last start.
    func helpers() async throws(ExperimentError) -> [HelperExit]
    /// How its processes ended that did not end with status 0, since its first start; nil where
    /// that cannot be seen.
    func endings() async throws(ExperimentError) -> [ProcessExit]?
    /// How long some of its processes have waited for a processor, for memory or for a disk since
    /// its last start; zero where that cannot be seen.
    func waited() async -> Duration
    /// How long processes of the machine around it have waited for the same since it was made; zero
    /// where that cannot be seen.
    func othersWaited() async -> Duration
    /// What it took of the machine beyond all measure, if it was killed for that.
    func excess() async -> String?
    /// Its lines in the journal, oldest first.
    func log() async throws(ExperimentError) -> [LogLine]
    /// How long its start took where more had to be done for it, such as a boot; else nil.
    var startTook: Duration? { get }
    /// Who asks whether it works; nil for those of the procedure.
    var probes: [any Probe]? { get }
    /// What it is put through besides.
    var exercises: [Exercise] { get }
    /// Kills what is left and forgets the unit. Never fails; safe to call twice.
    func end() async
}

extension ServiceCopy {
    public func waited() async -> Duration { .zero }
    public func othersWaited() async -> Duration { .zero }
    public func excess() async -> String? { nil }
    public var startTook: Duration? { nil }
    public var probes: [any Probe]? { nil }
    public var exercises: [Exercise] { [] }

    /// How much of a time it had for itself: on a busy machine a service is late that would not be
    /// on another. At least a third, so that nobody waits for ever for one that keeps the machine
    /// busy itself.
    ///
    /// - Parameter before: how long it had waited when this was asked first.
    func ownTime(of time: Duration, waitedBefore before: inout Duration?) async -> Duration {
        let now = await waited()
        defer { before = before ?? now }
        return max(time / 3, time - max(.zero, now - (before ?? now)))
    }
}

/// Watches what the kernel is asked by the processes of a machine.
public protocol KernelTracer: Sendable {
    /// Everything since the last call, oldest first.
    func take() -> [WitnessedRequest]
    /// The name that a process had when it ended, by its id in the initial PID namespace, as far as
    /// `take` came; nil where that was not seen.
    func name(ofEnded process: Int32) -> String?
    /// One that also sees what is granted; nil where that cannot be had. It costs the machine more.
    func closer() -> (any KernelTracer)?
    var blindSpots: Set<KernelBlindSpot> { get }
}

extension KernelTracer {
    public func name(ofEnded process: Int32) -> String? { nil }
}

public struct WitnessedRequest: Hashable, Sendable {
    /// The inode number of the control group that the process is in.
    public let cgroup: UInt64
    /// Those of the groups that it is below, from the top.
    public let ancestors: [UInt64]
    public let request: KernelRequest

    public init(cgroup: UInt64, ancestors: [UInt64] = [], request: KernelRequest) {
        self.cgroup = cgroup
        self.ancestors = ancestors
        self.request = request
    }

    /// Whether the process is in this group or below it.
    public func isBelow(_ group: UInt64) -> Bool { cgroup == group || ancestors.contains(group) }
}

/// A kind of request that this kernel does not show.
public enum KernelBlindSpot: Hashable, Sendable, CaseIterable {
    case calls, capabilities, kills
}

/// Asks the service whether it works.
public protocol Probe: Sendable {
    /// As people read it: `GET http://127.0.0.1/`.
    var name: String { get }
    /// One check. It returns within `deadline` and leaves nothing running.
    func check(deadline: Duration) async -> CheckOutcome
    /// The same for one that looks at the copy itself; `baseline` is what is known of the service.
    func check(
        of copy: any ServiceCopy, against baseline: Baseline, deadline: Duration
    ) async -> CheckOutcome
}

extension Probe {
    public func check(
        of copy: any ServiceCopy, against baseline: Baseline, deadline: Duration
    ) async -> CheckOutcome {
        await check(deadline: deadline)
    }
}

/// The record of campaigns. A trial is on disk before the search learns from it.
public protocol Ledger: Sendable {
    /// A recorded trial of this campaign that answers the same question, not yet used: `repetition`
    /// counts earlier trials of the same profile.
    func trial(under profile: Profile, repetition: Int) throws(ExperimentError) -> Trial?
    func record(_ trial: Trial) throws(ExperimentError)
}

/// The experiment itself cannot go on. A broken *service* is never an error.
public struct ExperimentError: Error, Hashable, CustomStringConvertible {
    /// What went wrong, to whom, and what to do next: one line.
    public let description: String
    public let kind: Kind

    public enum Kind: Hashable, Sendable {
        /// What is to be done about it is the user's business.
        case broken
        /// It was to end.
        case interruption
        /// The service does not even pass as it is: the caller knows with which commands to see it.
        case baseline
        /// The trials may no longer be made in the place of the service; what was found stands.
        case placeLost
        /// The same may well succeed in a moment.
        case passing
    }

    public init(_ description: String, _ kind: Kind = .broken) {
        self.description = description
        self.kind = kind
    }

    public static let interrupted = ExperimentError("interrupted", .interruption)

    public var isInterruption: Bool { kind == .interruption }
    public var isBaseline: Bool { kind == .baseline }
    public var isPlaceLost: Bool { kind == .placeLost }
    public var isPassing: Bool { kind == .passing }
}
