import CLab
import Glibc

extension Lab {
    /// Boots a lab that ends with its owner: by `end()`, when the last copy of the value is gone, or
    /// when this process dies, however it does.
    ///
    /// It returns once systemd answers on the lab's system bus, about a second after the call.
    /// - Throws: Any `LabError`; nothing of the lab is left then. `.cancelled` if the task is.
    public static func boot(_ plan: LabPlan) async throws(LabError) -> Lab {
        try await onOwnThread { (cancellation) throws(LabError) in
            try Boot(plan, cancellation).run(detached: false)
        }
    }

    /// Boots a lab that stays until it is ended by name. If this process dies before the lab is up,
    /// the lab dies too.
    public static func up(_ plan: LabPlan) async throws(LabError) -> Lab {
        try await onOwnThread { (cancellation) throws(LabError) in
            try Boot(plan, cancellation).run(detached: true)
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
            // The first error is the one to report; the leash ends the lab in any case.
            try? await lab.end()
            throw error
        }
    }
}

/// One boot, on a thread of its own.
private struct Boot {
    let plan: LabPlan
    let cancellation: Cancellation
    let setup: LabSetup
    let registry: LabRegistry

    /// systemd answers after half a second at best; this often it is asked.
    private let pause: CInt = 4

    init(_ plan: LabPlan, _ cancellation: Cancellation) {
        self.plan = plan
        self.cancellation = cancellation
        registry = LabRegistry(directory: plan.stateDirectory)
        let id = (0..<16).map { _ in UInt8.random(in: 0...255) }
        setup = LabSetup(
            plan: plan, stage: registry.stage(of: plan.name),
            machineID: id.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
    }

    func run(detached: Bool) throws(LabError) -> Lab {
        let systemd = try plan.systemdInside()
        registry.sweep()
        let leash = try start(systemd)
        do throws(LabError) {
            return try bringUp(leash, detached: detached)
        } catch {
            leash.letGo()
            _ = leash.waitForEnd(within: .seconds(5))
            registry.sweep()
            throw error
        }
    }

    private func start(_ systemd: String) throws(LabError) -> Leash {
        let lock = try registry.claim(plan.name)
        do throws(LabError) {
            return try Keeper(plan: plan, setup: setup, home: registry.home(of: plan.name))
                .start(systemd: systemd, lock: lock)
        } catch {
            // Given back by hand: the sweep would find the name held by ourselves.
            flock(lock.number, LOCK_UN)
            registry.sweep()
            throw error
        }
    }

    private func bringUp(_ leash: Leash, detached: Bool) throws(LabError) -> Lab {
        let deadline = ContinuousClock.now + plan.bootDeadline
        var record: LabRecord?
        var door: BusDoor?
        while ContinuousClock.now < deadline {
            if cancellation.isRequested { throw .cancelled }
            switch leash.hear(within: door == nil ? pause : 0) {
            case .started(let keeper, let pid)?:
                record = newRecord(keeper: keeper, pid: pid)
                door = BusDoor(root: "/proc/\(pid)/root", machineID: setup.machineID)
            case .failed(let stage, let error)?: throw setup.error(atStage: stage, number: error)
            case .ended?, .keeperGone?: throw .endedDuringBoot(name: plan.name)
            case .kept?, .unknown?, nil: break
            }
            if door?.isAnswered(within: pause) == true, let record {
                try registry.record(record)
                if detached { try detach(leash, until: deadline) }
                return Lab(record, in: registry, leash: detached ? nil : leash)
            }
        }
        throw .bootTooSlow(
            name: plan.name, deadline: plan.bootDeadline,
            waitingFor: record.map { runningJobs(of: Lab($0, in: registry)) } ?? [])
    }

    /// What systemd is busy with; nothing if it cannot even answer that.
    private func runningJobs(of lab: Lab) -> [String] {
        let door = BusDoor(root: lab.rootPath, machineID: setup.machineID)
        guard door.isInside else { return [] }
        let ask = LabCommand(
            lab: lab, arguments: ["systemctl", "list-jobs", "--plain", "--no-legend"],
            environment: [:], isBooting: true)
        let jobs = try? ask.runCollecting(deadline: .seconds(3), cancellation)
        return (jobs?.stdout ?? "").split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            return fields.count == 4 && fields[3] == "running" ? String(fields[1]) : nil
        }
    }

    private func newRecord(keeper: Int32, pid: Int32) -> LabRecord {
        LabRecord(
            name: plan.name, keeper: keeper, pid: pid, root: plan.root, since: time(nil),
            patience: plan.endDeadline / .seconds(1))
    }

    private func detach(_ leash: Leash, until deadline: ContinuousClock.Instant) throws(LabError) {
        leash.say(LAB_WORD_KEEP)
        while ContinuousClock.now < deadline {
            switch leash.hear(within: pause) {
            case .kept?: return
            case .ended?, .keeperGone?: throw .endedDuringBoot(name: plan.name)
            default: break
            }
        }
        throw .bootTooSlow(name: plan.name, deadline: plan.bootDeadline, waitingFor: [])
    }
}
