import Glibc
import SystemdBus
public import Trials

/// Runs the user's command on the service's machine, by `/bin/sh -c`: exit status 0 is healthy,
/// 125 cannot tell, anything else unhealthy.
///
/// It runs as a transient unit of its own, so that a deadline of systemd ends it and all its
/// children are killed with its control group, also those that detached themselves.
public struct CommandProbe: Probe {
    public let command: String
    private let machine: Machine
    /// Who runs it; nil for whoever the manager is.
    private let user: String?

    public init(command: String, on machine: Machine, as user: String? = nil) {
        self.command = command
        self.machine = machine
        self.user = user
    }

    public var name: String {
        let command = command.withoutPasswords
        return user.map { "\(command) (as \($0))" } ?? command
    }

    public func check(deadline: Duration) async -> CheckOutcome {
        let name = TrialName.fresh()
        do {
            let job = try await machine.startTransientUnit(
                name, properties: properties(deadline), deadline: deadline + .seconds(10))
            let state = try await machine.state(of: Machine.path(ofUnit: name))
            let isHealthy = CommandProbe.outcome(job: job, state, said: "").isHealthy
            let said = isHealthy ? "" : try await lastWords(of: name)
            await machine.forget(name)
            return CommandProbe.outcome(job: job, state, said: said)
        } catch {
            await machine.forget(name)
            return .cannotTell("\(error)")
        }
    }

    static func outcome(job: JobResult, _ state: UnitState, said: String) -> CheckOutcome {
        let words = said.isEmpty ? "" : ": \(said)"
        if state.timedOut { return .unhealthy("no end in time\(words)") }
        switch (state.mainCode, state.mainStatus) {
        case (1, 0) where job == .done: return .healthy
        case (1, 125): return .cannotTell("exit status 125\(words)")
        case (1, let status): return .unhealthy("exit status \(status)\(words)")
        default: return .unhealthy("\(Verdict.ending(state))\(words)")
        }
    }

    private func properties(_ deadline: Duration) -> [(String, BusValue)] {
        let argv = ["/bin/sh", "-c", command]
        let exec = BusValue.array(
            element: "(sasas)",
            [
                // The shell expands variables, not systemd.
                .structure([
                    .string(argv[0]), .strings(argv), .strings(["no-env-expand"]),
                ])
            ])
        return [
            ("Description", .string("temper's probe: \(command)")),
            ("Type", .string("oneshot")), ("ExecStartEx", exec),
            ("AddRef", .bool(true)), ("CollectMode", .string("inactive-or-failed")),
            ("TimeoutStartUSec", .uint64(deadline.microseconds)),
            ("KillMode", .string("control-group")), ("KillSignal", .int32(SIGKILL)),
            ("DefaultDependencies", .bool(false)),
            // Of what it says the last line is read: it cannot fill the journal.
            ("LogRateLimitIntervalUSec", .uint64(1_000_000)), ("LogRateLimitBurst", .uint32(200)),
        ] + (user.map { [("User", .string($0))] } ?? [])
    }

    private func lastWords(of name: String) async throws(ExperimentError) -> String {
        let invocation = try await experiment { () async throws(BusError) in
            try await machine.property(
                "InvocationID", of: Machine.path(ofUnit: name), Machine.unitInterface)
        }
        // What a process said in its last moment reaches the journal a little after its end.
        for _ in 0..<4 {
            let lines = try machine.log(ofInvocation: invocation.bytes ?? [], of: name)
            if let line = lines.last(where: { $0.source != "systemd" }) {
                return String(line.message.prefix(500))
            }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return ""
    }
}

/// Healthy when a name on the service's system bus has an owner.
public struct BusNameProbe: Probe {
    public let busName: String
    private let machine: Machine

    public init(busName: String, on machine: Machine) {
        self.busName = busName
        self.machine = machine
    }

    public var name: String { "bus name \(busName)" }

    public func check(deadline: Duration) async -> CheckOutcome {
        do {
            return try await machine.bus.hasOwner(busName, deadline: deadline)
                ? .healthy : .unhealthy("the name has no owner")
        } catch {
            return .cannotTell("\(error)")
        }
    }
}

extension Duration {
    /// Whole microseconds; at least one, because 0 means "no limit" to systemd.
    var microseconds: UInt64 {
        let (seconds, attoseconds) = components
        return max(1, UInt64(max(0, seconds)) * 1_000_000 + UInt64(attoseconds / 1_000_000_000_000))
    }
}
