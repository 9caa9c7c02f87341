import Linux
import SystemdBus
import Trials

/// A unit that was started for a trial, be it a copy or the real one: what is read of both in the
/// same way.
protocol StartedUnit: ServiceCopy {
    var machine: Machine { get }
    /// Its object path.
    var path: String { get }
    /// The properties with the commands beside its main process.
    var helperProperties: [String] { get }
    var followed: ProcessWatch.Followed? { get }
    var trace: CopyTrace? { get }
    /// `Machine.stalled` when it was made.
    var stalledBefore: Duration { get }
}

extension Machine {
    /// How long some of its processes were stalled so far.
    var stalled: Duration { controlGroupTree?.stalled ?? .zero }
}

extension RootedDirectory {
    /// The pressure stall information of a control group (psi.rst of Linux): for how long some of
    /// its processes waited for a processor, for memory or for a disk, together.
    fileprivate var stalled: Duration {
        ["cpu", "memory", "io"].reduce(.zero) { sum, resource in
            let text = text(of: "\(resource).pressure") ?? ""
            let some = text.lines.first { $0.hasPrefix("some ") }
            let total = some?.split(separator: " ").first { $0.hasPrefix("total=") }
            return sum + .microseconds(total.flatMap { Int($0.dropFirst(6)) } ?? 0)
        }
    }
}

extension StartedUnit {
    func state() async throws(ExperimentError) -> UnitState {
        try await experiment { () async throws(BusError) in try await machine.state(of: path) }
    }

    func processSet() async throws(ExperimentError) -> ProcessSet {
        machine.processSet(inControlGroup: try await controlGroup())
    }

    func footprint() async throws(ExperimentError) -> Footprint {
        let group = try await controlGroup()
        let pidFile = try await experiment { () async throws(BusError) in
            try await machine.property("PIDFile", of: path, Machine.serviceInterface).string ?? ""
        }
        var found = machine.footprint(
            of: machine.processes(inControlGroup: group), pidFile: pidFile)
        found.names = await machine.names(ownedBy: path)
        return found
    }

    func waited() async -> Duration {
        guard let path = try? await controlGroup(), !path.isEmpty,
            let group = machine.tree.controlGroup(path)
        else { return .zero }
        return group.stalled
    }

    func othersWaited() -> Duration { machine.stalled - stalledBefore }

    func controlGroup() async throws(ExperimentError) -> String {
        try await experiment { () async throws(BusError) in
            try await machine.controlGroup(of: path)
        }
    }

    func helpers() async throws(ExperimentError) -> [HelperExit] {
        try await experiment { () async throws(BusError) in
            try await machine.helpers(of: path, helperProperties)
        }
    }

    func endings() async -> [ProcessExit]? {
        await followed?.exits { [trace] process in
            trace?.listen()
            return trace?.name(ofEnded: process)
        }
    }

    /// Its lines in the journal, of the life that was last.
    ///
    /// - Parameter start: in microseconds since 1970; older lines of the unit are of other runs.
    func lines(
        of unit: String, since start: UInt64 = 0
    ) async throws(ExperimentError) -> [LogLine] {
        let invocation = try await experiment { () async throws(BusError) in
            try await machine.property("InvocationID", of: path, Machine.unitInterface)
        }
        return try machine.log(ofInvocation: invocation.bytes ?? [], of: unit, since: start)
    }
}
