import Glibc
import Hardening
import SystemdBus
import Trials

/// A copy that runs as a transient unit. The manager keeps it for us (`AddRef`) until `end`, or
/// until our connection goes, so that its ending can be read.
struct TransientCopy: StartedUnit {
    let machine: Machine
    let name: String
    /// The unit that it is a copy of.
    let original: String
    let dropIns: Set<String>
    /// The manager's reload stamp before the start.
    let stamp: UInt64
    let startDeadline: Duration
    let stopDeadline: Duration
    let trace: CopyTrace?
    /// The properties with the commands beside its main process.
    let helperProperties: [String]
    let followed: ProcessWatch.Followed?
    let stalledBefore: Duration
    let watch: ExcessWatch
    let busWatch: BusWatch?
    /// Its socket units.
    let sockets: [String]
    /// What was in /run before it; nil where what it leaves there stays.
    var volatile: VolatileFiles?

    var path: String { Machine.path(ofUnit: name) }

    var disturbances: [Observation] {
        get async throws(ExperimentError) {
            try await machine.holdsPlace()
            return try await experiment { () async throws(BusError) in
                async let found = machine.value("DropInPaths", path, Machine.unitInterface)
                async let state = machine.value(
                    "ActiveState", Machine.path(ofUnit: original), Machine.unitInterface)
                let reloaded = try await machine.reloadStamp() != stamp
                let foreign = Set(try await found.get().strings ?? []).subtracting(dropIns)
                    .sorted().filter { !$0.contains(name) }.map(Observation.foreignDropIn)
                // One that is on its way out was running before, and is let go of.
                let ran = ["active", "reloading", "activating"].contains(
                    try await state.get().string)
                return foreign + (reloaded ? [.managerReloaded] : []) + (ran ? [.originalRan] : [])
            }
        }
    }

    func accesses() async throws(ExperimentError) -> Set<ObservedAccess> {
        let open = ProcessAccesses(
            processes: machine.processes(inControlGroup: try await controlGroup()),
            users: machine.users)
        let onBus = await busWatch?.uses(seenBy: trace).map(ObservedAccess.usesBus) ?? []
        return open.accesses.union(trace?.requests.flatMap(ObservedAccess.of) ?? [])
            .union(onBus)
    }

    func startAgain(limit: Duration?) async throws(ExperimentError) -> JobEnding {
        do {
            let job = JobEnding(
                try await machine.bus.startUnit(
                    name, deadline: min(limit ?? startDeadline, startDeadline) + .seconds(5)))
            await trace?.identify(path)
            return job
        } catch {
            if error.isRefusal { return .failed }
            guard case .timedOut = error else { throw ExperimentError(error) }
            await kill()
            return .timeout
        }
    }

    func refusals() -> [KernelRequest] { trace?.requests.filter(\.isRefused) ?? [] }

    func reload() async throws(ExperimentError) -> JobEnding {
        try await experiment { () async throws(BusError) in
            JobEnding(try await machine.bus.reloadUnit(name))
        }
    }

    func stop(limit: Duration?) async throws(ExperimentError) -> (job: JobEnding, end: UnitState) {
        let patience = stopDeadline + .seconds(10)
        let limit = min(patience, limit ?? patience)
        let (began, waited) = (ContinuousClock.now, await waited())
        return try await experiment { () async throws(BusError) in
            var job = try await stopJob(within: limit)
            // It waited most of the time, and not for itself.
            if job == nil, await self.waited() - waited > (ContinuousClock.now - began) / 2 {
                job = try await stopJob(within: limit * 2)
            }
            if job == nil {
                await kill()
                // Its end is awaited, so that it can be read. What not even SIGKILL ends is stuck in
                // the kernel: still an answer, and for `end` to try again.
                _ = try? await stopJob(within: .seconds(5))
            }
            return (job ?? .timeout, try await machine.state(of: path))
        }
    }

    /// nil where it does not end in time.
    private func stopJob(within limit: Duration) async throws(BusError) -> JobEnding? {
        do { return JobEnding(try await machine.bus.stopUnit(name, deadline: limit)) } catch {
            guard case .timedOut = error else { throw error }
            return nil
        }
    }

    func kill() async { await machine.killAtOnce(name) }

    func excess() -> String? { watch.excess }

    func log() async throws(ExperimentError) -> [LogLine] {
        // The last that is asked of a copy: all that was seen of it was seen in its place.
        try await machine.holdsPlace()
        return try await lines(of: name)
    }

    func end() async {
        await busWatch?.end()
        await machine.forget(name)
        // They stop with it; the next copy needs their addresses.
        for socket in sockets { await machine.forget(socket) }
        // Together: each socket keeps the copy that it belongs to.
        for unit in [name] + sockets { await machine.waitUntilCollected(unit) }
        volatile?.putBack()
    }
}

extension Machine {
    /// The control group of a unit as its machine sees it; empty for one that has none.
    func controlGroup(of path: String) async throws(BusError) -> String {
        try await property("ControlGroup", of: path, Machine.serviceInterface).string ?? ""
    }

    /// Seven small questions at once: all properties of a unit take ten times as long to read.
    func state(of path: String) async throws(BusError) -> UnitState {
        async let type = value("Type", path, Machine.serviceInterface)
        async let active = value("ActiveState", path, Machine.unitInterface)
        async let sub = value("SubState", path, Machine.unitInterface)
        async let result = value("Result", path, Machine.serviceInterface)
        async let code = value("ExecMainCode", path, Machine.serviceInterface)
        async let status = value("ExecMainStatus", path, Machine.serviceInterface)
        async let main = value("MainPID", path, Machine.serviceInterface)
        return UnitState(
            type: try await type.get().string ?? "", active: try await active.get().string ?? "",
            sub: try await sub.get().string ?? "", result: try await result.get().string ?? "",
            mainCode: try await code.get().int32 ?? 0,
            mainStatus: try await status.get().int32 ?? 0,
            mainPID: try await main.get().uint32 ?? 0)
    }

    /// A property, or why it cannot be had, as a value: `async let` knows no typed errors.
    func value(
        _ name: String, _ path: String, _ interface: String
    ) async -> Result<BusValue, BusError> {
        do { return .success(try await property(name, of: path, interface)) } catch {
            return .failure(error)
        }
    }

    /// Kills whatever is left of a unit that we made and lets the manager forget it. A unit that
    /// is gone already is as good; nothing here can usefully fail.
    func forget(_ name: String) async {
        // Also when the campaign was cancelled: a task of its own is not.
        await Task {
            async let active = activeState(of: name)
            // A unit whose start job waits its turn is still inactive.
            let isWaiting = await hasJob(name)
            if ["inactive", "failed"].contains(await active) && !isWaiting {
                _ = try? await manager("UnrefUnit", .string(name))
                return
            }
            await killAtOnce(name)
            _ = try? await bus.stopUnit(name, deadline: .seconds(10))
            _ = try? await manager("ResetFailedUnit", .string(name))
            _ = try? await manager("UnrefUnit", .string(name))
        }.value
    }

    /// Waits until the manager has collected a unit that ended and that nobody keeps: at once, unless
    /// the manager has yet to see that its control group is empty. The kernel tells of that up to
    /// 10 milliseconds later (CGROUP_FILE_NOTIFY_MIN_INTV).
    func waitUntilCollected(_ unit: String) async {
        // Also when the campaign was cancelled.
        await Task {
            let end = ContinuousClock.now + .seconds(5)
            while ContinuousClock.now < end {
                // Unlike a look at its properties this does not load it.
                do { try await manager("GetUnit", .string(unit)) } catch { return }
                try? await Task.sleep(for: .milliseconds(5))
            }
        }.value
    }

    func log(
        ofInvocation bytes: [UInt8], of unit: String, since start: UInt64 = 0
    ) throws(ExperimentError) -> [LogLine] {
        let digits = bytes.map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
        if bytes.isEmpty { return [] }
        do {
            let journal = try JournalReader(root.isEmpty ? .local : .root(root))
            return try journal.entries(
                ofInvocation: digits, unit: unit, isOfUser: user != nil, limit: 200
            ).filter { $0.realtime >= start }.map { entry in
                LogLine(
                    priority: entry.priority ?? 6, source: entry.identifier ?? "",
                    message: entry.message.withoutControlSequences,
                    messageID: entry.messageID)
            }
        } catch {
            throw ExperimentError("\(error)")
        }
    }
}
