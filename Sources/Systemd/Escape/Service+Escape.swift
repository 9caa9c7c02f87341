import Glibc
import Hardening
import Linux
import SystemdBus
package import Trials
package import WaysOut

extension Service {
    /// Starts the real unit as its files have it, and in its sandbox, beside it, a canary that tries
    /// every way out: as `ExecStartPost=`, which has the user, the capabilities, the filters and the
    /// file system of the service (systemd.exec(5)). The unit is stopped afterwards; before it is
    /// started again the manager has to read its units anew. Only on machines that are thrown away.
    ///
    /// A filter that kills answers the canary with EPERM instead: it denies the same calls.
    ///
    /// - Returns: the state of each way, in the order of the table.
    /// - Throws: `ExperimentError` where the service does not come up to be looked at.
    package func waysOut() async throws(ExperimentError) -> [WayState] {
        precondition(machine.isDisposable)
        _ = try? await machine.stop(unit, with: real.sockets)
        let ground = try await escapeGround()
        let program = "/usr/lib/temper-canary-\(TrialName.fresh().prefix { $0 != "." })"
        guard let (place, name) = machine.tree.holding(program) else {
            throw ExperimentError("the lab has no /usr/lib to put the canary in")
        }
        defer { place.remove(name) }
        trialDropIns.remove(HeldBackUnit.fileName)
        try trialDropIns.write(HarmlessFailure.dropIn, as: HarmlessFailure.fileName)
        try trialDropIns.write(canaryDropIn(program), as: Self.canaryFileName)
        let result: Result<[WayState], ExperimentError>
        do throws(ExperimentError) {
            try await machine.reload()
            func states(_ patience: Duration) async throws(ExperimentError) -> [WayState] {
                let script = WayOut.script(on: ground, patience: patience)
                guard let file = script.file else {
                    throw ExperimentError("there is no memory for the canary")
                }
                try place.write(file, as: name, mode: 0o755)
                return WayOut.states(
                    of: try await outcomes(of: script, by: program), on: ground)
            }
            var found = try await states(.milliseconds(200))
            if found.contains(.untold(WayOut.unanswered)) {
                // Of a bus that is slow to answer nothing is known yet.
                _ = try? await machine.stop(unit, with: real.sockets)
                found = try await states(.seconds(2))
            }
            result = .success(found)
        } catch {
            result = .failure(error)
        }
        _ = try? await machine.stop(unit, with: real.sockets)
        trialDropIns.remove(Self.canaryFileName)
        return try result.get()
    }

    /// Starts the unit, and waits until the canary is through.
    private func outcomes(
        of script: CanaryScript, by program: String
    ) async throws(ExperimentError) -> [Attempt.Outcome] {
        let path = Machine.path(ofUnit: unit)
        try await experiment { () async throws(BusError) in
            _ = try? await machine.manager("ResetFailedUnit", .string(unit))
            try await machine.manager("StartUnit", .string(unit), .string("replace"))
        }
        let patience = min(blueprint.startDeadline, .seconds(90)) + .seconds(10)
        let end = ContinuousClock.now + patience
        while ContinuousClock.now < end {
            if let outcomes = try await look(at: program, of: script, path) { return outcomes }
            let (state, isStarting) = try await experiment { () async throws(BusError) in
                let job = try await machine.property("Job", of: path, Machine.unitInterface)
                return (try await machine.state(of: path), job.fields?.first?.uint32 != 0)
            }
            // It may have been through between the two looks.
            if !isStarting {
                if let outcomes = try await look(at: program, of: script, path) { return outcomes }
                throw ExperimentError(
                    "\(unit) is \(state.active) (\(state.result)) and its canary is gone")
            }
            try? await Task.sleep(for: .milliseconds(10))
        }
        throw ExperimentError("\(unit) did not come up within \(patience.components.seconds) s")
    }

    /// What the canary found; nil while it is not there or not through.
    private func look(
        at program: String, of script: CanaryScript, _ path: String
    ) async throws(ExperimentError) -> [Attempt.Outcome]? {
        let control = try await experiment { () async throws(BusError) in
            try await machine.property("ControlPID", of: path, Machine.serviceInterface).uint32
        }
        guard let control, control > 0, let process = machine.tree.process(control),
            process.program?.hasSuffix(program) == true,
            let memory = process.memory(at: CanaryScript.address, count: script.size)
        else { return nil }
        return script.outcomes(in: memory)
    }

    private static let canaryFileName = "zzz-temper-canary.conf"

    /// What would keep the canary from being there at all makes way for it alone.
    private func canaryDropIn(_ program: String) -> String {
        var lines = [
            "[Service]", "ExecStartPost=-\(program)", "SystemCallErrorNumber=EPERM",
            "PermissionsStartOnly=no", "RootDirectoryStartOnly=no",
        ]
        if sandbox.hasOwnRoot { lines.append("BindReadOnlyPaths=\(program)") }
        if sandbox[.noExecPaths] != nil { lines.append("ExecPaths=\(program)") }
        return lines.joined(separator: "\n") + "\n"
    }

    /// What is around the unit, as it is loaded.
    private func escapeGround() async throws(ExperimentError) -> EscapeGround {
        var ground = EscapeGround()
        let path = Machine.path(ofUnit: unit)
        let properties = try await experiment { () async throws(BusError) in
            try await machine.properties(of: path, Machine.serviceInterface)
        }
        let isDynamic = properties["DynamicUser"] == .bool(true)
        let name = properties["User"]?.string ?? ""
        // Any number that is not root's will do for one that is made at the start.
        ground.user =
            isDynamic
            ? 61184 : name.isEmpty ? machine.user?.id ?? 0 : try machine.account(name).id
        ground.owner = machine.user.map { .init(user: $0.id, home: $0.home) }
        ground.filesOfRoot = machine.user == nil ? filesOfRoot(isRoot: ground.user == 0) : []
        ground.workplacesOfRoot = workplacesOfRoot
        ground.placeOfPIDFile = pidFile.map(Places.parent)
        ground.isHeardBySystemd = (properties["NotifyAccess"]?.string ?? "none") != "none"
        ground.abstractSockets = abstractSockets
        if !isDynamic && !isItsOwn(user: name) {
            ground.neighbour = try await startNeighbour(as: name)
        }
        return ground
    }

    /// Another service of the same user, without capabilities; it stays as long as the lab.
    private func startNeighbour(
        as user: String
    ) async throws(ExperimentError) -> EscapeGround.Neighbour? {
        let name = TrialName.fresh()
        return try await experiment { () async throws(BusError) in
            let job = try await machine.bus.startTransientUnit(
                name,
                properties: [
                    ("Type", .string("exec")), ("ExecStart", .command(["/bin/sleep", "infinity"])),
                ]
                    + (machine.user == nil
                        ? [("User", .string(user)), ("CapabilityBoundingSet", .uint64(0))] : []))
            let process = try await machine.property(
                "MainPID", of: Machine.path(ofUnit: name), Machine.serviceInterface
            ).uint32
            let name = user.isEmpty ? machine.user?.name ?? "root" : user
            return job == .done
                ? process.map { .init(process: Int32($0), command: "sleep", user: name) } : nil
        }
    }

    /// Programs and scripts that root runs for the unit, with the files that it names to them, and
    /// those of its environment where it is root that reads them for itself.
    private func filesOfRoot(isRoot: Bool) -> [String] {
        let commands = commands.filter { isRoot || $0.isAsRoot }
        let named = commands.flatMap { [$0.path] + $0.arguments.dropFirst() }
        return Set(named + (isRoot ? environmentFilePaths : [])).filter {
            $0.hasPrefix("/") && machine.tree.status(of: $0, followingLink: true)?.isRegular == true
        }.sorted()
    }

    private var commands: [Command] {
        ["Condition", "StartPre", "Start", "StartPost", "Reload", "Stop", "StopPost"]
            .flatMap { reading.commands(of: "Exec\($0)") }
    }

    private var workplacesOfRoot: [String] {
        Set(
            commands.filter(\.isAsRoot).flatMap { $0.arguments.dropFirst() }
                .filter { $0.hasPrefix("/") && !$0.hasPrefix("/dev/") }.map(Places.parent)
        ).sorted()
    }

    /// As unix(7) has them: with a zero in front, which /proc/net/unix shows as `@`.
    private var abstractSockets: [String] {
        let lines = (machine.tree.text(of: "/proc/1/net/unix") ?? "").split(separator: "\n")
        let addresses = lines.compactMap { $0.split(separator: " ").last }.filter {
            $0.first == "@"
        }
        return Set(addresses.map(String.init)).sorted()
    }
}

extension Command {
    /// Whether it has `+`, `!` or `!!` before it.
    fileprivate var isAsRoot: Bool {
        !flags.filter(["privileged", "no-setuid", "ambient"].contains).isEmpty
    }
}
