import Glibc
public import Hardening
import Linux
public import SystemdBus
public import Trials

/// A service whose copies are transient units on a machine: `ServiceUnderTest` for real.
public struct TransientService: ServiceUnderTest {
    var machine: Machine
    let blueprint: Blueprint
    /// The original as it stands.
    let subject: HardeningSubject
    /// Drop-ins that apply to the original, so that others on the copy are foreign.
    let dropIns: Set<String>
    /// What a start is not to find, such as a pid file with a pid of long ago.
    let leftovers: [String]
    /// How long the original takes to stop, where that is known. A copy that is deaf to SIGTERM
    /// must not keep its original waiting for the whole of its TimeoutStopSec=.
    var usualStop: Duration?
    /// What a command for a person leaves out.
    var redaction = Redaction.none
    /// Whether is looked at what its copies do on the system bus.
    var watchesBus = false

    public init(
        machine: Machine, blueprint: Blueprint, subject: HardeningSubject, dropIns: Set<String>,
        leftovers: [String] = []
    ) {
        self.leftovers = leftovers
        self.machine = machine
        self.blueprint = blueprint
        self.subject = subject
        self.dropIns = dropIns
    }

    public func start(
        under profile: Profile, limit: Duration?
    ) async throws(ExperimentError) -> StartedCopy {
        removeLeftovers()
        let name = TrialName.fresh()
        let sockets = HandedSockets(blueprint.sockets, for: name, on: machine)
        try await sockets.prepare(machine, inPlaceOf: blueprint.facts.unit)
        var copy = try await unstarted(name, handed: sockets.names)
        // What it leaves as it is, it leaves on any machine.
        if !profile.restrictions.isEmpty { copy.volatile = VolatileFiles(on: machine) }
        let result: JobResult
        do throws(BusError) {
            result = try await machine.startTransientUnit(
                name, properties: properties(profile, limit) + sockets.properties,
                auxiliary: sockets.units,
                deadline: (limit ?? blueprint.startDeadline) + .seconds(5))
        } catch {
            return try await consequence(of: error, for: copy)
        }
        await copy.trace?.identify(Machine.path(ofUnit: name))
        guard result == .dependency, let failure = await sockets.failure(on: machine) else {
            return .started(job: JobEnding(result), copy)
        }
        await copy.end()
        try await machine.holdsPlace()
        throw failure
    }

    /// What one trial leaves must not decide the next.
    private func removeLeftovers() {
        guard machine.isDisposable else { return }
        for path in leftovers {
            guard let (place, name) = machine.tree.holding(path) else { continue }
            if machine.isOwn(place) { place.removeAll(name) } else { place.remove(name) }
        }
    }

    private func unstarted(
        _ name: String, handed sockets: [String]
    ) async throws(ExperimentError) -> TransientCopy {
        let stamp = try await experiment { () async throws(BusError) in
            try await machine.reloadStamp()
        }
        return TransientCopy(
            machine: machine, name: name, original: blueprint.facts.unit, dropIns: dropIns,
            stamp: stamp, startDeadline: blueprint.startDeadline,
            stopDeadline: blueprint.stopDeadline,
            trace: machine.kernel.map { CopyTrace($0, on: machine) },
            helperProperties: blueprint.helperProperties, followed: machine.follow(name),
            stalledBefore: machine.stalled, watch: ExcessWatch(of: name, on: machine),
            busWatch: watchesBus ? await BusWatch(of: name, on: machine) : nil, sockets: sockets)
    }

    /// What the manager refuses, or does not come to an end with, is an answer about the service.
    private func consequence(
        of error: BusError, for copy: TransientCopy
    ) async throws(ExperimentError) -> StartedCopy {
        if error.name != nil { try await machine.holdsPlace() }
        if error.isRefusal {
            return .refused(
                name: error.name ?? "",
                message: error.message.replacing(copy.name, with: "the copy"))
        }
        if case .timedOut = error {
            // systemd gave it up, and waits for it to heed SIGTERM: that is the service's
            // fault and no reason to end the experiment.
            await copy.kill()
            return .started(job: .timeout, copy)
        }
        await copy.end()
        throw ExperimentError(error)
    }

    /// The same service, of which also what is granted is seen, and in a lab what it does on the
    /// system bus.
    public var closer: TransientService {
        var closer = self
        closer.watchesBus = true
        closer.machine.kernel = machine.kernel?.closer()
        return closer
    }

    public func command(under profile: Profile, limit: Duration?) -> HandCommand? {
        HandCommand(
            starting: properties(profile, limit), handing: blueprint.sockets,
            systemd: subject.dialect.version, without: redaction)
    }

    /// What is handed to StartTransientUnit for this profile.
    public func properties(_ profile: Profile, _ limit: Duration? = nil) -> [(String, BusValue)] {
        var settings: [(String, BusValue)] = []
        if let limit, limit < blueprint.startDeadline {
            settings.append(("TimeoutStartUSec", .uint64(limit.microseconds)))
        }
        if let usualStop, machine.standIn != nil, !profile.restrictions.isEmpty {
            let limit = min(max(.seconds(5), usualStop * 5), blueprint.stopDeadline)
            settings.append(("TimeoutStopUSec", .uint64(limit.microseconds)))
        }
        let changes = subject.changes(taking: profile)
        settings += changes.replacing
        settings += prepared(by: profile.startPreparations(in: subject.catalogue))
        return blueprint.properties(replacing: settings).filter { !changes.dropped.contains($0.0) }
            + changes.appended + [
                ("Description", .string("temper's copy of \(blueprint.facts.unit)")),
                ("AddRef", .bool(true)), ("CollectMode", .string("inactive-or-failed")),
            ]
    }

    /// The original's commands before its start, with these before them, and its directories below
    /// /run with these beside them.
    private func prepared(by preparations: [StartPreparation]) -> [(String, BusValue)] {
        var settings: [(String, BusValue)] = []
        func original(_ name: String) -> BusValue? {
            blueprint.properties.first { $0.0 == name }?.1
        }
        let commands = preparations.compactMap(\.arguments).map { arguments in
            BusValue.structure([
                .string(arguments[0]), .strings(arguments), .strings(["privileged"]),
            ])
        }
        if !commands.isEmpty {
            let own = original("ExecStartPreEx")?.elements ?? []
            settings.append(("ExecStartPreEx", .array(element: "(sasas)", commands + own)))
        }
        if let mode = preparations.runtimeDirectoryMode {
            let own = original("RuntimeDirectory")?.strings ?? []
            let made = preparations.runtimeDirectories.filter { !own.contains($0) }
            settings.append(("RuntimeDirectory", .strings(own + made)))
            if own.isEmpty { settings.append(("RuntimeDirectoryMode", .uint32(mode))) }
            if own.isEmpty && preparations.keepsRuntimeDirectories {
                settings.append(("RuntimeDirectoryPreserve", .string("yes")))
            }
        }
        return settings
    }
}
