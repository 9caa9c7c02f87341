import Glibc
import Linux
import SystemdBus
public import Trials

/// Takes a service's place on a machine in use, for as long as its copies are tried.
///
/// It is a transient unit that conflicts with the service: its start stops the service, a start of
/// the service by anybody else ends it. Its process reads from a socket of which only this process
/// has the other end, so that it ends with this process, however that does; after the time that is
/// allowed systemd ends it. All units that are started meanwhile stop with it and before it. Then
/// systemd itself starts the service again, as what follows its success or failure, with nothing
/// that would have to be run first: it needs neither this process nor a bus nor a fork.
///
/// What follows is a second unit, whose condition never holds and which wants the service: were it
/// the service itself, systemd would keep the stand-in, and tell the service of it, for as long as
/// the service runs (both as seen on 252, 257, 262).
public final class StandIn: Sendable {
    public let name: String
    /// nil for one that takes nobody's place: a tie for units that must not outlive this process.
    public let surroundings: Surroundings?
    /// When the service began to stop.
    public let began: ContinuousClock.Instant
    private let deathWatch: DeathWatch
    /// The unit that others are bound to.
    private let knot = TrialName.fresh()
    /// The unit that puts the service back.
    private let successor = TrialName.fresh()

    private init(
        name: String, surroundings: Surroundings?, began: ContinuousClock.Instant,
        deathWatch: DeathWatch
    ) {
        self.name = name
        self.surroundings = surroundings
        self.began = began
        self.deathWatch = deathWatch
    }

    /// Stops the service and what would start it; returns when the stand-in is up.
    ///
    /// - Parameter limit: after it systemd puts the service back, whatever this process does.
    public static func taking(
        _ surroundings: Surroundings?, on machine: Machine, atMost limit: Duration
    ) async throws(ExperimentError) -> StandIn {
        let (deathWatch, reader) = try DeathWatch.forUnit()
        defer { close(reader) }
        let standIn = StandIn(
            name: TrialName.fresh(), surroundings: surroundings, began: .now, deathWatch: deathWatch
        )
        // What starts it again must not be refused for having started it too often.
        for unit in standIn.restored {
            _ = try? await machine.manager("ResetFailedUnit", .string(unit))
        }
        do throws(ExperimentError) {
            var job = try await standIn.start(on: machine, reading: reader, limit)
            if job == .done { job = try await standIn.startKnot(on: machine, reading: reader) }
            if job == .done {
                try SocketDropIn.write(with: standIn, on: machine)
                return standIn
            }
            throw ExperimentError(
                "\(surroundings?.unit ?? "a unit that the trials hang on") cannot be replaced for "
                    + "the trials: the job of the unit that takes its place ended with "
                    + "“\(job.rawValue)”")
        } catch {
            await standIn.leave(machine)
            throw error
        }
    }

    private func start(
        on machine: Machine, reading socket: Int32, _ limit: Duration
    ) async throws(ExperimentError) -> JobResult {
        let unit = surroundings?.unit ?? "nothing"
        var properties =
            lifeline(socket) + [
                ("Description", .string("temper's stand-in for \(unit)")),
                ("RuntimeMaxUSec", .uint64(limit.microseconds)),
                ("RuntimeDirectory", .strings([directoryName, socketDropIns(on: machine)])),
                ("Conflicts", .strings(displaced)), ("Before", .strings(affected)),
            ]
        var successors: [(name: String, properties: [(String, BusValue)])] = []
        if !restored.isEmpty {
            properties += ["OnSuccess", "OnFailure"].flatMap { name in
                [
                    (name, BusValue.strings([successor])), ("\(name)JobMode", .string("replace")),
                ]
            }
            let properties: [(String, BusValue)] = [
                ("Description", .string("temper puts \(unit) back")),
                ("ExecStart", .command(["/bin/true"])), ("Conditions", .neverHolds),
                ("DefaultDependencies", .bool(false)), ("Wants", .strings(restored)),
                ("CollectMode", .string("inactive-or-failed")),
            ]
            successors = [(successor, properties)]
        }
        return try await experiment { [properties, successors] () async throws(BusError) in
            try await machine.bus.startTransientUnit(
                name, properties: properties, auxiliary: successors, deadline: .seconds(3600))
        }
    }

    /// Starts the unit that others are bound to. They cannot be bound to the stand-in itself, which
    /// would be started again by one that comes late and stop the service. This one stops
    /// with the stand-in, conflicts with nothing, and can be started once only.
    ///
    /// `Requisite=` is asked when the start is queued; a stand-in that ends after that and before
    /// the start takes nothing with it that is not there yet. So this one has a process of its own
    /// on the same socket and ends, however late it comes, when ours does. The other way round its
    /// end is that of the stand-in: no copy could be started any more.
    private func startKnot(
        on machine: Machine, reading socket: Int32
    ) async throws(ExperimentError) -> JobResult {
        let properties =
            lifeline(socket) + [
                ("Description", .string("temper's trials hang on this")),
                ("StartLimitIntervalUSec", .uint64(.max)), ("StartLimitBurst", .uint32(1)),
                ("Requisite", .strings([name])), ("PropagatesStopTo", .strings([name])),
            ] + bonds(to: name)
        return try await experiment { () async throws(BusError) in
            try await machine.bus.startTransientUnit(knot, properties: properties)
        }
    }

    /// What makes a unit end with this process.
    private func lifeline(_ socket: Int32) -> [(String, BusValue)] {
        [
            ("Type", .string("exec")), ("ExecStart", .command(["/bin/cat"])),
            ("StandardInputFileDescriptor", .fileDescriptor(socket)),
            ("StandardOutput", .string("null")), ("OOMScoreAdjust", .int32(-900)),
            ("AddRef", .bool(true)), ("CollectMode", .string("inactive-or-failed")),
        ]
    }

    /// What ties another unit to this one: it stops with it, and the service waits for its end.
    /// Whether it may start is asked at the moment when it does (`BindsTo=` with `After=`):
    /// `Requisite=` is asked when the start is queued, which may be long before on a busy machine.
    ///
    /// One that is ending by itself when its knot goes gets no job from that, and the service would
    /// not wait for it and lose what its end removes: a runtime directory (seen on 252). So it
    /// also conflicts with the unit that puts the service back, which is never active itself.
    var ties: [(String, BusValue)] {
        [("BindsTo", .strings([knot])), ("Conflicts", .strings([successor]))] + bonds(to: knot)
    }

    private func bonds(to unit: String) -> [(String, BusValue)] {
        [
            ("After", .strings([unit])), ("StopPropagatedFrom", .strings([unit])),
            ("Before", .strings(affected)),
        ]
    }

    /// A directory of the machine that systemd removes with the stand-in.
    var directory: String { "/run/\(directoryName)" }

    /// The directory for the drop-in of the copies' sockets, which goes with it as well.
    private func socketDropIns(on machine: Machine) -> String {
        "systemd/\(machine.user == nil ? "system" : "user")/\(directoryName)-.socket.d"
    }

    private var directoryName: String { TrialName.stem(of: name) }
    private var displaced: [String] { surroundings?.displaced ?? [] }
    private var restored: [String] { surroundings?.restored ?? [] }
    private var affected: [String] { Set(displaced + restored).sorted() }

    /// Ends it, so that systemd stops what is tied to it and puts the service back, and waits until
    /// everything is as it was.
    ///
    /// - Returns: what is not, one line each; nothing where all is well.
    @discardableResult
    public func leave(_ machine: Machine) async -> [String] {
        deathWatch.letGo()
        // Also when the campaign was cancelled: a task of its own is not.
        return await Task { await self.settled(machine) }.value
    }

    private func settled(_ machine: Machine) async -> [String] {
        for unit in [knot, name] {
            await wait(for: .seconds(3600)) {
                guard let state = await machine.activeState(of: unit) else { return true }
                if !["inactive", "failed"].contains(state) { return false }
                return await !machine.hasJob(unit)
            }
        }
        for unit in [knot, name] { _ = try? await machine.manager("UnrefUnit", .string(unit)) }
        var problems: [String] = []
        for unit in restored {
            await wait(for: .seconds(3600)) {
                guard let state = await machine.activeState(of: unit) else { return true }
                if state == "active" { return true }
                let isWaiting = await machine.hasJob(unit)
                return !isWaiting && ["inactive", "failed"].contains(state)
            }
            guard await machine.activeState(of: unit) != "active" else { continue }
            // The last word of somebody who is still there: once more, by hand.
            let job = try? await machine.bus.startUnit(unit)
            if job != .done {
                problems.append(
                    "\(unit) was active before and does not start again; "
                        + "`systemctl status \(unit.shellQuoted)` says why")
            }
        }
        return problems
    }

    private func wait(for limit: Duration, until isDone: () async -> Bool) async {
        let end = ContinuousClock.now + limit
        while ContinuousClock.now < end {
            if await isDone() { return }
            try? await Task.sleep(for: .milliseconds(10))
        }
    }
}

extension Machine {
    /// Starts a transient unit, tied to the stand-in where there is one.
    func startTransientUnit(
        _ name: String, properties: [(String, BusValue)],
        auxiliary: [(name: String, properties: [(String, BusValue)])] = [],
        deadline: Duration = .seconds(100)
    ) async throws(BusError) -> JobResult {
        try await bus.startTransientUnit(
            name, properties: properties + (standIn?.ties ?? []), auxiliary: auxiliary,
            deadline: deadline)
    }

    /// Makes sure that what was seen until now was seen of a copy in the place of the service.
    ///
    /// - Throws: `ExperimentError` with `isPlaceLost` when the stand-in is gone or going: as long
    ///   as its stop waits for that of a copy it is active, and nothing can be started beside it.
    public func holdsPlace() async throws(ExperimentError) {
        guard let standIn else { return }
        // Its job is asked for first: a stop that ended between the two answers shows in the state.
        let isEnding = await hasJob(standIn.name)
        let state = try await experiment { () async throws(BusError) in
            try await self.state(of: Machine.path(ofUnit: standIn.name))
        }
        if state.active == "active" && !isEnding { return }
        throw ExperimentError(
            state.timedOut
                ? "the time that the service may be down is over"
                : "somebody started \(standIn.surroundings?.unit ?? "it") meanwhile, or stopped "
                    + "what took its place",
            .placeLost)
    }

    /// nil where it cannot be asked for.
    func activeState(of unit: String) async -> String? {
        try? await property("ActiveState", of: Machine.path(ofUnit: unit), Machine.unitInterface)
            .string
    }

    func hasJob(_ unit: String) async -> Bool {
        let job = try? await property("Job", of: Machine.path(ofUnit: unit), Machine.unitInterface)
        return (job?.fields?.first?.uint32 ?? 0) != 0
    }
}
