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
