import Foundation
public import Hardening
import SystemdBus
public import Trials

/// The real unit, started as it stands: what a drop-in is verified on. A profile asked of it is
/// not applied; it is in the unit's files.
public struct RealService: ServiceUnderTest {
    let machine: Machine
    let unit: String
    let startDeadline: Duration
    let stopDeadline: Duration
    let helperProperties: [String]
    /// The socket units that it is handed its sockets by.
    let sockets: [String]
    /// Who asks about it; nil for those of the procedure.
    public var probes: [any Probe]?
    /// What it is put through besides.
    public var exercises: @Sendable (any ServiceCopy) -> [Exercise] = { _ in [] }
    /// Called when it was ended.
    public var isOver: @Sendable () async -> Void = {}

    public func start(
        under profile: Profile, limit: Duration?
    ) async throws(ExperimentError) -> StartedCopy {
        do {
            try await startSockets()
            // Held, so that its ending can be read after it has stopped.
            _ = try await machine.manager("RefUnit", .string(unit))
            var running = Running(
                service: self, began: RealService.now, followed: machine.follow(unit),
                trace: machine.kernel.map { CopyTrace($0, on: machine) },
                stalledBefore: machine.stalled)
            let starting = ContinuousClock.now
            let job = try await machine.bus.startUnit(unit, deadline: startDeadline + .seconds(5))
            running.startTook = ContinuousClock.now - starting
            await running.trace?.identify(running.path)
            return .started(job: JobEnding(job), running)
        } catch {
            if error.isRefusal { return .refused(name: error.name ?? "", message: error.message) }
            throw ExperimentError(error)
        }
    }

    private static var now: UInt64 {
        UInt64(Date().timeIntervalSince1970 * 1_000_000)
    }

    /// Copies may have been tried in their place. They go with the service at its stop.
    private func startSockets() async throws(BusError) {
        for socket in sockets {
            // Nor must they be refused for having been started too often.
            _ = try? await machine.manager("ResetFailedUnit", .string(socket))
            _ = try await machine.bus.startUnit(socket)
        }
    }

    private struct Running: StartedUnit {
        let service: RealService
        /// In microseconds since 1970: what the unit said before was said in another run.
        let began: UInt64
        let followed: ProcessWatch.Followed?
        let trace: CopyTrace?
        let stalledBefore: Duration
        /// Where the machine was booted for it, that is no part of it.
        var startTook: Duration?
        var machine: Machine { service.machine }
        var helperProperties: [String] { service.helperProperties }
        var path: String { Machine.path(ofUnit: service.unit) }

        var disturbances: [Observation] {
            get async throws(ExperimentError) { [] }
        }

        var probes: [any Probe]? { service.probes }
        var exercises: [Exercise] { service.exercises(self) }

        func accesses() -> Set<ObservedAccess> { [] }

        func refusals() -> [KernelRequest] { trace?.requests.filter(\.isRefused) ?? [] }

        func startAgain(limit: Duration?) async throws(ExperimentError) -> JobEnding {
            let job = try await experiment { () async throws(BusError) in
                // A few starts in a row are none too many.
                _ = try? await machine.manager("ResetFailedUnit", .string(service.unit))
                try await service.startSockets()
                return JobEnding(
                    try await machine.bus.startUnit(
                        service.unit, deadline: service.startDeadline + .seconds(5)))
            }
            await trace?.identify(path)
            return job
        }

        func reload() async throws(ExperimentError) -> JobEnding {
            try await experiment { () async throws(BusError) in
                JobEnding(try await machine.bus.reloadUnit(service.unit))
            }
        }

        func stop(limit: Duration?) async throws(ExperimentError) -> (
            job: JobEnding, end: UnitState
        ) {
            try await experiment { () async throws(BusError) in
                let job = try await machine.stop(
                    service.unit, with: service.sockets,
                    deadline: service.stopDeadline + .seconds(10))
                return (JobEnding(job), try await machine.state(of: path))
            }
        }

        func log() async throws(ExperimentError) -> [LogLine] {
            try await lines(of: service.unit, since: began)
        }

        func end() async {
            _ = try? await machine.stop(service.unit, with: service.sockets)
            _ = try? await machine.manager("UnrefUnit", .string(service.unit))
            await service.isOver()
        }
    }
}

extension Machine {
    /// Stops a service, after the sockets of which a connection would start it again at once.
    func stop(
        _ service: String, with sockets: [String], deadline: Duration = .seconds(100)
    ) async throws(BusError) -> JobResult {
        for socket in sockets { _ = try await bus.stopUnit(socket, deadline: deadline) }
        return try await bus.stopUnit(service, deadline: deadline)
    }
}
