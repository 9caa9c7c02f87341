import SystemdBus
public import Trials

/// How a service stands on a machine in use, and what hangs together with it: all that has to be
/// known to take its place for a while and to put it back as it was.
public struct Surroundings: Hashable, Sendable {
    public let unit: String
    /// Whether it runs.
    public let isActive: Bool
    /// Active units that would start it meanwhile: sockets, timers, paths.
    public let triggers: [String]
    /// Active units that stop with it, by their own wish: `Requires=`, `BindsTo=`, `PartOf=`.
    public let dependents: [String]
    /// How long its last start took; nil where that is not known.
    public let startTime: Duration?

    public init(
        unit: String, isActive: Bool, triggers: [String] = [], dependents: [String] = [],
        startTime: Duration? = nil
    ) {
        self.unit = unit
        self.isActive = isActive
        self.triggers = triggers
        self.dependents = dependents
        self.startTime = startTime
    }

    /// What must not be active beside a copy. Dependents go with the service.
    var displaced: [String] { [unit] + triggers }

    /// What is started again: the triggers first, as they were there first at boot.
    public var restored: [String] { triggers + (isActive ? [unit] : []) + dependents }

    /// What else is down meanwhile, for people.
    public var alsoDown: [String] { triggers + dependents }
}

extension Machine {
    /// - Parameter evenFailing: also of a unit that is started again and again after failures.
    /// - Throws: `ExperimentError` for a unit whose place cannot be taken, with the reason.
    public func surroundings(
        of unit: String, evenFailing: Bool = false
    ) async throws(ExperimentError) -> Surroundings {
        let found = try await experiment { () async throws(BusError) in
            let properties = try await self.properties(
                of: Machine.path(ofUnit: unit), Machine.unitInterface)
            let triggers = try await active(properties["TriggeredBy"]?.strings ?? [])
            return (properties, triggers)
        }
        let (properties, triggers) = found
        let mustBeSettled = !(evenFailing && Machine.isFailing(properties))
        if let problem = Machine.problem(with: unit, properties, mustBeSettled) {
            throw ExperimentError(problem)
        }
        let isActive = properties["ActiveState"]?.string == "active"
        let dependents = isActive ? try await dependents(of: unit) : []
        let movable = [".service", ".socket", ".timer", ".path"]
        if let other = dependents.first(where: { name in !movable.contains(where: name.hasSuffix) })
        {
            throw ExperimentError(
                "\(other) stops with \(unit) and cannot simply be started again; "
                    + "without --live a lab is used")
        }
        return Surroundings(
            unit: unit, isActive: isActive, triggers: triggers,
            dependents: dependents.filter { !triggers.contains($0) },
            startTime: Machine.startTime(properties))
    }

    private static func problem(
        with unit: String, _ properties: [String: BusValue], _ mustBeSettled: Bool
    ) -> String? {
        let state = properties["ActiveState"]?.string ?? ""
        if mustBeSettled, !["active", "inactive", "failed"].contains(state) {
            return "\(unit) is \(state); wait until it has settled"
        }
        let reservations = ["RefuseManualStart", "RefuseManualStop", "StopWhenUnneeded"]
        if let setting = reservations.first(where: { properties[$0]?.bool == true }) {
            return "\(unit) has \(setting)=yes: it cannot be stopped and started at will; "
                + "without --live a lab is used"
        }
        return nil
    }

    /// Those of these units that are active.
    func active(_ names: [String]) async throws(BusError) -> [String] {
        var found: [String] = []
        for name in names.sorted() {
            let state = try await property(
                "ActiveState", of: Machine.path(ofUnit: name), Machine.unitInterface)
            if state.string == "active" { found.append(name) }
        }
        return found
    }

    /// The active units to which a stop of `unit` goes on.
    private func dependents(of unit: String) async throws(ExperimentError) -> [String] {
        let links = ["RequiredBy", "RequisiteOf", "BoundBy", "ConsistsOf", "PropagatesStopTo"]
        var (found, open): (Set<String>, [String]) = ([], [unit])
        while let name = open.popLast() {
            let linked = try await experiment { () async throws(BusError) in
                let properties = try await self.properties(
                    of: Machine.path(ofUnit: name), Machine.unitInterface)
                return try await active(links.flatMap { properties[$0]?.strings ?? [] })
            }
            open += linked.filter { $0 != unit && found.insert($0).inserted }
        }
        return found.sorted()
    }

    private static func startTime(_ properties: [String: BusValue]) -> Duration? {
        guard let began = properties["InactiveExitTimestampMonotonic"]?.uint64,
            let done = properties["ActiveEnterTimestampMonotonic"]?.uint64, began > 0, done >= began
        else { return nil }
        return .microseconds(done - began)
    }
}
