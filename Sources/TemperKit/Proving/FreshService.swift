import Hardening
import Lab
import Systemd
import Trials

/// The real unit under a drop-in, each time in a lab of its own in which it never ran, and put
/// there through what a service lives through.
struct FreshService: ServiceUnderTest {
    /// How the service is come by in another lab.
    private let setup: ServiceSetup
    let context: HardeningContext
    /// What it is like without restriction.
    let baseline: Baseline
    /// What each lab is made of.
    let plan: LabPlan
    /// What its package does to it; nothing to a user's own service.
    let upkeep: [Upkeep]
    /// What systemd makes in place of what was done by hand; nil where the drop-in stays as it is.
    var directories: ServiceDirectories?
    /// The names of exercises that the service as it is does not live through.
    var leftOut: Set<String> = []

    private static let patience = Duration.seconds(30)

    init(setup: ServiceSetup, context: HardeningContext, baseline: Baseline, like lab: LabPlan) {
        var setup = setup
        // One line tells of all of it.
        setup.progress = Silence()
        self.setup = setup
        self.context = context
        self.baseline = baseline
        plan = lab
        upkeep = context.service.machine.user == nil ? context.service.upkeep : []
    }

    func start(
        under profile: Profile, limit: Duration?
    ) async throws(ExperimentError) -> StartedCopy {
        let host: Host
        do { host = try await Host.open(.lab(plan.forAnotherLab), Silence()) } catch {
            throw ExperimentError(error)
        }
        let started: StartedCopy
        do {
            started = try await start(under: profile, limit: limit, at: host)
        } catch {
            await host.close()
            throw ExperimentError(TemperError(error))
        }
        if case .refused = started { await host.close() }
        return started
    }

    private func start(
        under profile: Profile, limit: Duration?, at host: Host
    ) async throws -> StartedCopy {
        let bench = try await setup.bench(at: host)
        let service = bench.service
        // A connection may have started it while the lab booted.
        try await service.stop()
        if profile.restrictions.contains(where: Restriction.isBecoming),
            let ownership = context.ownership
        {
            _ = try service.machine.apply(ownership.beside(directories))
        }
        let dropIn = context.subject.dropIn(
            for: profile, startCommands: service.startCommands,
            runtimeDirectories: service.runtimeDirectories, directories: directories)
        let differences = try await service.install(
            dropIn: dropIn.text,
            expecting: context.subject.tightened(by: profile, with: directories))
        if let first = differences.first { throw Proof.differs(first) }
        await Reboot.remember(on: host.system)
        var real = service.real
        real.probes = bench.probes
        real.exercises = { exercises(of: $0, on: bench).filter { !leftOut.contains($0.name) } }
        real.isOver = { await host.close() }
        try await bench.makeAnew()
        return try await real.start(under: profile, limit: limit)
    }

    private func exercises(of copy: any ServiceCopy, on bench: Bench) -> [Exercise] {
        var exercises: [Exercise] = []
        if bench.service.canReload, baseline.omission(of: .reload) == nil {
            exercises.append(.reloadUnderLoad(of: copy, asking: bench.probes))
        }
        exercises += upkeep.filter { $0.obstacle == nil }.map { upkeep in
            Exercise(upkeep.name) { () async throws(ExperimentError) in
                // It may start the service again, which begins with the `Before=` commands.
                try await bench.makeAnew()
                return await CommandProbe(
                    command: upkeep.command, on: bench.host.system, as: upkeep.user
                ).check(deadline: Self.patience)
            }
        }
        if baseline.noSecondStart == nil {
            exercises.append(
                .restart(of: copy) { () async throws(ExperimentError) in
                    try await bench.makeAnew()
                    return .healthy
                })
            if bench.service.machine.user == nil {
                exercises.append(
                    .restart("boot", of: copy) { () async throws(ExperimentError) in
                        let outcome = await Reboot.run(on: bench.host.system)
                        try await bench.makeAnew()
                        return outcome
                    })
            }
        }
        return exercises
    }
}

/// What a boot is to a service: /run and /tmp hold nothing but what the system made there, and
/// systemd-tmpfiles(8) makes the rest anew.
private enum Reboot {
    private static let list = "/var/cache/temper-at-boot"
    /// What the running manager and its helpers stand on stays.
    private static let what =
        "find /run /tmp -xdev -mindepth 1"
        + ["systemd", "udev", "dbus", "log", "user", "credentials"].map {
            " ! -path /run/\($0) ! -path '/run/\($0)/*'"
        }.joined() + " | sort"

    /// Writes down what is there before the service ran.
    static func remember(on machine: Machine) async {
        _ = await CommandProbe(command: "\(what) >\(list)", on: machine)
            .check(deadline: .seconds(30))
    }

    static func run(on machine: Machine) async -> CheckOutcome {
        // Of a boot, too, it is no failure that some line of some package cannot be carried out.
        await CommandProbe(
            command: "\(what) | comm -13 \(list) - | tac | while IFS= read -r path; do "
                + "if test -d \"$path\" && ! test -L \"$path\"; then rmdir \"$path\"; "
                + "else rm -f \"$path\"; fi; done; "
                + "systemd-tmpfiles --create --remove --boot --exclude-prefix=/dev; exit 0",
            on: machine
        ).check(deadline: .seconds(30))
    }
}

extension ExperimentError {
    /// A failure of what a trial stands on, as one of the trial.
    init(_ error: TemperError) {
        self.init(error.description, error.isInterruption ? .interruption : .broken)
    }
}
