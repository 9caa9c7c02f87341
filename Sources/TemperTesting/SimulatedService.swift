public import Hardening
import Synchronization
public import Trials

/// A service that exists only as a rule: it fails when a profile contains one of its conflicts.
/// Fast and exact, for thousands of campaigns.
public final class SimulatedService: ServiceUnderTest {
    /// Sets of restrictions that break it when all of a set are taken.
    public let conflicts: [Set<String>]
    /// How it breaks.
    public let fault: SimulatedFault
    /// What it complains of although it works, when all of a set are taken; what begins with
    /// “again” at a second start only.
    public let complaints: [String: Set<String>]
    /// The call that throws, because the experiment itself cannot go on.
    public let breakdown: Breakdown?
    /// What it exits with when it is stopped, of one start after the other, again and again.
    private let statusesAtStop: [Int32]
    private let lies: @Sendable (_ start: Int) -> Bool
    /// Whether it lies only of what is restricted.
    private let isHonestUnrestricted: Bool
    /// Whether a helper is there that comes and goes by itself.
    private let helperIsThere: @Sendable (_ life: Int, _ look: Int) -> Bool
    /// Whether the machine is so busy that its copies wait all the time.
    let isStarved: Bool
    /// What the kernel refuses its copies, whatever is restricted.
    let refusals: [KernelRequest]
    /// What it is put through besides.
    let exercises: @Sendable (any ServiceCopy) -> [Exercise]
    private let life = Mutex(Life())

    public enum Breakdown: Sendable, CaseIterable {
        case start, state, reload, disturbances, stop, log, startAgain, processSet, helpers, endings
    }

    private struct Life {
        var profiles: [Profile] = []
        var current: SimulatedCopy?
    }

    /// - Parameters:
    ///   - lies: whether the start of this number, counted from 1, shows the contrary of the truth,
    ///     as a flaky probe would.
    ///   - helperIsThere: whether a helper that comes and goes by itself is there in the life of
    ///     this number, of which each copy has two, at the look of this number at its processes,
    ///     both counted from 1.
    public init(
        conflicts: [Set<String>] = [], fault: SimulatedFault = .execStep,
        complaints: [String: Set<String>] = [:], breakdown: Breakdown? = nil,
        isHonestUnrestricted: Bool = false,
        statusesAtStop: [Int32] = [0], isStarved: Bool = false, refusals: [KernelRequest] = [],
        lies: @escaping @Sendable (_ start: Int) -> Bool = { _ in false },
        helperIsThere: @escaping @Sendable (_ life: Int, _ look: Int) -> Bool = { _, _ in false },
        exercises: @escaping @Sendable (any ServiceCopy) -> [Exercise] = { _ in [] }
    ) {
        self.isHonestUnrestricted = isHonestUnrestricted
        self.conflicts = conflicts
        self.fault = fault
        self.complaints = complaints
        self.breakdown = breakdown
        self.statusesAtStop = statusesAtStop
        self.helperIsThere = helperIsThere
        self.exercises = exercises
        self.isStarved = isStarved
        self.refusals = refusals
        self.lies = lies
    }

    /// The profiles under which copies were asked for, in order.
    public var profiles: [Profile] { life.withLock(\.profiles) }

    /// How many copies were started and never ended.
    public var leftRunning: Int {
        life.withLock { $0.current != nil ? 1 : 0 }
    }

    /// Asks the copy that is running.
    public var probe: SimulatedProbe { SimulatedProbe(service: self) }

    public func breaks(under profile: Profile) -> Bool {
        conflicts.contains { $0.isSubset(of: profile.restrictions) }
    }

    public func start(
        under profile: Profile, limit: Duration?
    ) async throws(ExperimentError) -> StartedCopy {
        let number = life.withLock { life in
            life.profiles.append(profile)
            return life.profiles.count
        }
        try fail(in: .start)
        let isHonest = isHonestUnrestricted && profile == .unrestricted
        let isBroken = breaks(under: profile) != (!isHonest && lies(number))
        if isBroken && fault == .refused {
            return .refused(name: "org.freedesktop.systemd1.BadUnitSetting", message: "simulated")
        }
        let copy = SimulatedCopy(
            of: self, fault: isBroken ? fault : nil,
            complaints: complaints.filter { $0.value.isSubset(of: profile.restrictions) }
                .map(\.key).sorted(),
            statusAtStop: statusesAtStop[(number - 1) % statusesAtStop.count],
            helperIsThere: { [helperIsThere] isSecondLife, look in
                helperIsThere(number * 2 - (isSecondLife ? 0 : 1), look)
            })
        life.withLock { $0.current = copy }
        return .started(job: copy.startJob, copy)
    }

    func fail(in call: Breakdown) throws(ExperimentError) {
        if call == breakdown { throw ExperimentError("simulated: the bus is gone") }
    }

    var current: SimulatedCopy? { life.withLock(\.current) }

    func forget(_ copy: SimulatedCopy) {
        life.withLock { if $0.current === copy { $0.current = nil } }
    }
}

/// Asks a simulated service whether it works.
public struct SimulatedProbe: Probe {
    let service: SimulatedService
    public var name: String { "simulated probe" }

    public func check(deadline: Duration) async -> CheckOutcome {
        service.current?.check() ?? .unhealthy("connection refused")
    }
}
