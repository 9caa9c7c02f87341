import CLab
import Glibc
import Linux

extension Lab {
    /// Boots a lab that ends with its owner: by `end()`, when the last copy of the value is gone, or
    /// when this process dies, however it does.
    ///
    /// It returns once systemd answers on the lab's system bus, about a second after the call.
    /// - Throws: Any `LabError`; nothing of the lab is left then. `.cancelled` if the task is.
    public static func boot(_ plan: LabPlan) async throws(LabError) -> Lab {
        try await booted(plan, detached: false)
    }

    /// Boots a lab that stays until it is ended by name. If this process dies before the lab is up,
    /// the lab dies too.
    public static func up(_ plan: LabPlan) async throws(LabError) -> Lab {
        try await booted(plan, detached: true)
    }

    /// Without a world where the kernel cannot make one.
    private static func booted(_ plan: LabPlan, detached: Bool) async throws(LabError) -> Lab {
        do throws(LabError) {
            return try await Boot(plan).run(detached: detached)
        } catch {
            guard case .noWorld(let reason) = error else { throw error }
            var alone = plan
            alone.network = .none
            var lab = try await Boot(alone).run(detached: detached)
            lab.worldObstacle = reason
            return lab
        }
    }

    /// Boots a lab for as long as `body` runs.
    public static func with<Value: Sendable>(
        _ plan: LabPlan, isolation: isolated (any Actor)? = #isolation,
        _ body: (Lab) async throws -> Value
    ) async throws -> Value {
        let lab = try await boot(plan)
        do {
            let value = try await body(lab)
            try await lab.end()
            return value
        } catch {
            // The first error is the one to report; the death watch ends the lab in any case.
            try? await lab.end()
            throw error
        }
    }
}

/// One boot.
private struct Boot: Sendable {
    let plan: LabPlan
    let setup: LabSetup
    let registry: LabRegistry

    /// How long to wait before the keeper is listened to again.
    private static let pause = Duration.milliseconds(4)

    init(_ plan: LabPlan) {
        self.plan = plan
        registry = LabRegistry(directory: plan.stateDirectory)
        let id = (0..<16).map { _ in UInt8.random(in: 0...255) }
        setup = LabSetup(
            plan: plan, stage: registry.stage(of: plan.name),
            machineID: id.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
    }

    func run(detached: Bool) async throws(LabError) -> Lab {
        let watch = try await onOwnThread { (_) throws(LabError) in try start() }
        do throws(LabError) {
            return try await bringUp(watch, detached: detached)
        } catch {
            await onOwnThread { (_) throws(Never) in
                watch.letGo()
                _ = watch.waitForEnd(within: .seconds(5))
                registry.sweep()
            }
            throw error
        }
    }

    private func start() throws(LabError) -> DeathWatch {
        let systemd = try plan.systemdInside()
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        let pasta = plan.network == .host ? try Pasta.find(stage: setup.stage, path: path) : nil
        registry.sweep()
        let lock = try registry.claim(plan.name)
        do throws(LabError) {
            return try Keeper(
                plan: plan, setup: setup, home: registry.home(of: plan.name), pasta: pasta
            ).start(systemd: systemd, lock: lock)
        } catch {
            // Given back by hand: the sweep would find the name held by ourselves.
            flock(lock.number, LOCK_UN)
            registry.sweep()
            throw error
        }
    }

    private func bringUp(_ watch: DeathWatch, detached: Bool) async throws(LabError) -> Lab {
        let deadline = ContinuousClock.now + plan.bootDeadline
        var record: LabRecord?
        while record == nil, let news = try await news(from: watch, until: deadline) {
            if case .started(let keeper, let pid) = news {
                record = newRecord(keeper: keeper, pid: pid)
            }
        }
        guard let record else { throw tooSlow() }
        guard try await isAnswering(record, watch, until: deadline) else {
            throw tooSlow(await runningJobs(of: Lab(record, in: registry)))
        }
        try await onOwnThread { (_) throws(LabError) in try registry.record(record) }
        if detached { try await detach(watch, until: deadline) }
        return Lab(record, in: registry, deathWatch: detached ? nil : watch)
    }

    private func tooSlow(_ jobs: [String] = []) -> LabError {
        .bootTooSlow(name: plan.name, deadline: plan.bootDeadline, waitingFor: jobs)
    }

    /// What the keeper says next, unless it is the end of the boot; nil at the deadline.
    private func news(
        from watch: DeathWatch, until deadline: ContinuousClock.Instant
    ) async throws(LabError) -> KeeperNews? {
        while ContinuousClock.now < deadline {
            if Task.isCancelled { throw .cancelled }
            switch watch.hear(within: 0) {
            case .failed(let stage, let error)?: throw setup.error(atStage: stage, number: error)
            case .ended?, .keeperGone?: throw .endedDuringBoot(name: plan.name)
            case let news?: return news
            case nil: try? await Task.sleep(for: Boot.pause)
            }
        }
        return nil
    }

    /// Waits for systemd on the lab's bus, or for the end of the boot, whichever comes first.
    private func isAnswering(
        _ record: LabRecord, _ watch: DeathWatch, until deadline: ContinuousClock.Instant
    ) async throws(LabError) -> Bool {
        let bus = bus(of: record.pid)
        let first = await withTaskGroup(of: Result<Bool, LabError>.self) { group in
            group.addTask {
                await bus.waitForSystemd()
                return .success(true)
            }
            group.addTask {
                do throws(LabError) {
                    while try await news(from: watch, until: deadline) != nil {}
                    return .success(false)
                } catch {
                    return .failure(error)
                }
            }
            defer { group.cancelAll() }
            return await group.next() ?? .success(false)
        }
        // Both end then, and each may be the first.
        if Task.isCancelled { throw .cancelled }
        return try first.get()
    }

    private func bus(of pid: Int32) -> LabBus {
        LabBus(root: "/proc/\(pid)/root", machineID: setup.machineID)
    }

    /// What systemd is busy with; nothing if it cannot even answer that.
    private func runningJobs(of lab: Lab) async -> [String] {
        guard bus(of: lab.pid).isInside else { return [] }
        let ask = LabCommand(
            lab: lab, arguments: ["systemctl", "list-jobs", "--plain", "--no-legend"],
            environment: [:], isBooting: true)
        let jobs = try? await onOwnThread { (cancellation) throws(LabError) in
            try ask.runCollecting(deadline: .seconds(3), cancellation)
        }
        return (jobs?.stdout ?? "").split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            return fields.count == 4 && fields[3] == "running" ? String(fields[1]) : nil
        }
    }

    private func newRecord(keeper: Int32, pid: Int32) -> LabRecord {
        LabRecord(
            name: plan.name, keeper: keeper, pid: pid, root: plan.root, network: plan.network,
            since: time(nil), patience: plan.endDeadline / .seconds(1))
    }

    private func detach(
        _ watch: DeathWatch, until deadline: ContinuousClock.Instant
    ) async throws(LabError) {
        watch.say(LAB_WORD_KEEP)
        while let news = try await news(from: watch, until: deadline) {
            if news == .kept { return }
        }
        throw tooSlow()
    }
}
