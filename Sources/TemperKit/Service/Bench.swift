import Hardening
import Systemd
import Trials

/// A host with a service, the plan for it, its probes and a tracer: all that a trial needs.
struct Bench: Sendable {
    let host: Host
    /// The unit as it was asked for; the service's own name may be another, where this is an alias.
    let unit: String
    let service: Service
    var plan: Plan
    var probes: [any Probe]
    /// What of the kernel's refusals cannot be seen here.
    let missing: [MissingSource]
    let progress: any ProgressListener
    /// Whether nobody said how to see that the service works.
    var isUnprobed = false
    /// Whether files stay whose they are, because a result will be installed: nobody could take that
    /// back for certain.
    var leavesOwners = false
    /// Its sockets that were started in the lab because they are up on this machine.
    var openedSockets: [String] = []
    /// What the service has where it is in use; nil where that is not this machine, or not now.
    var production: ProductionUsage?

    init(
        host: Host, unit: String, service: Service, plan: Plan, missing: [MissingSource] = [],
        progress: any ProgressListener
    ) throws(TemperError) {
        self.host = host
        self.unit = unit
        self.service = service
        self.plan = plan
        self.missing = missing
        self.progress = progress
        probes = try ProbeMaker(
            machine: service.machine,
            user: try probeUser(plan, on: service.machine, progress)
        ).probes(for: plan.probes)
    }

    /// The same service, spoken to in another way.
    func on(_ machine: Machine) throws(TemperError) -> Bench {
        var bench = try Bench(
            host: host, unit: unit, service: service.on(machine), plan: plan, missing: missing,
            progress: progress)
        bench.isUnprobed = isUnprobed
        bench.production = production
        bench.openedSockets = openedSockets
        bench.leavesOwners = leavesOwners
        return bench
    }

    /// What a result must say of how it was probed.
    var probing: [String] {
        isUnprobed
            ? [
                "no probe asked whether \(unit) works: only what others see of it, how it lives and "
                    + "what the kernel refuses it were held; give one with --probe-http, --probe-tcp, "
                    + "--probe-unix, --probe-dbus or --probe"
            ] : []
    }

    /// How long the service must stay up after its last probe.
    var settle: Duration { plan.settle ?? .milliseconds(50) }

    /// What the service does not meet, besides what it was seen to do: a watchdog that would starve
    /// only after a trial's end.
    func unmet(by usage: Set<Need>) -> Set<Need> {
        let isWatched = service.watchdog.map { $0 >= settle } ?? false
        return isWatched ? usage.union([.unwatched]) : usage
    }

    /// Trials of copies of the service, or of itself.
    ///
    /// - Parameters:
    ///   - more: probes besides those of the plan.
    ///   - isTold: whether answers of probes that do not hold are told while they are waited for.
    func procedure(
        of subject: any ServiceUnderTest, and more: [any Probe] = [], isTold: Bool = false
    ) -> TrialProcedure {
        let patience = plan.cadence.beforeBaseline.startPeriod
        let redaction = service.redaction.with(plan.secrets)
        let asked =
            isTold
            ? probes.map { ToldProbe($0, patience: patience, without: redaction, progress) }
            : probes
        var procedure = TrialProcedure(
            service: subject, probes: asked + more, canReload: service.canReload,
            settle: settle, redaction: redaction)
        procedure.beforeStart = { [self] () throws(ExperimentError) in try await makeAnew() }
        return procedure
    }

    /// The same of a service that opens a lab for each trial: it runs the `Before=` commands there
    /// itself, and nobody has to run them in the lab of this bench.
    func procedure(of subject: FreshService) -> TrialProcedure {
        var procedure = procedure(of: subject as any ServiceUnderTest)
        procedure.beforeStart = {}
        return procedure
    }

    /// Runs the `Before=` commands as root, each to its end. Labs only: they change the machine.
    func makeAnew() async throws(ExperimentError) {
        if host.isLive { return }
        do {
            try await host.carryOut(plan.beforeStart, of: "Before", orElse: "no trial can begin")
        } catch {
            throw ExperimentError(error)
        }
    }
}
