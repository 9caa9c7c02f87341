import SystemdBus
import Trials

/// The socket units that hand a service its listening sockets.
extension Machine {
    static let socketInterface = "org.freedesktop.systemd1.Socket"

    /// The socket units whose sockets a start of the service finds: those that are listening, and
    /// those that it starts itself.
    ///
    /// - Throws: `ExperimentError` where they cannot be taken from the original.
    func sockets(of unit: UnitReading) async throws(ExperimentError) -> [UnitReading] {
        let started = Set(["Requires", "Requisite", "BindsTo", "Wants"].flatMap(unit.strings))
        var found: [UnitReading] = []
        for name in unit.triggers(suffix: ".socket") {
            let socket = try await reading(ofSocket: name)
            if socket.isTrue("Accept") { throw Machine.connections(from: name, to: unit.name) }
            if socket.string("ActiveState") == "active" || started.contains(name),
                socket.string("LoadState") == "loaded"
            {
                found.append(socket)
            }
        }
        if isDisposable, !found.isEmpty, unit.string("ActiveState") == "active",
            let why = CriticalUnits.reason(
                against: Set(unit.strings("Names") + [unit.name]), in: CriticalUnits.Session())
        {
            throw ExperimentError(
                "\(found.map(\.name).joined(separator: " ")) cannot be taken from \(unit.name) in "
                    + "a lab: \(why)")
        }
        return found
    }

    /// - Throws: `ExperimentError` for an instance, or a template, that a socket starts for each
    ///   of its connections.
    func refuseConnections(to unit: String) async throws(ExperimentError) {
        guard let at = unit.firstIndex(of: "@"), unit.hasSuffix(".service") else { return }
        let name = unit[..<at] + ".socket"
        // One that does not exist has no such property.
        let accepts = try await experiment { () async throws(BusError) in
            let path = try await manager("LoadUnit", .string(String(name))).first?.string ?? ""
            return try? await property("Accept", of: path, Machine.socketInterface).bool
        }
        if accepts == true { throw Machine.connections(from: String(name), to: unit) }
    }

    private static func connections(from socket: String, to unit: String) -> ExperimentError {
        ExperimentError(
            "\(socket) starts \(unit) anew for each connection (Accept=yes): a copy cannot be "
                + "given one, so only a service that is handed the listening socket (Accept=no) "
                + "can be tried")
    }

    func reading(ofSocket name: String) async throws(ExperimentError) -> UnitReading {
        try await experiment { () async throws(BusError) in
            let path = try await manager("LoadUnit", .string(name)).first?.string ?? ""
            return try await socketReading(at: path)
        }
    }

    private func socketReading(at path: String) async throws(BusError) -> UnitReading {
        let unit = try await properties(of: path, Machine.unitInterface)
        let socket = try await properties(of: path, Machine.socketInterface)
        return UnitReading(properties: unit.merging(socket) { $1 })
    }

    /// A transient socket unit with nothing set but an address on which it never listens: what the
    /// copy of a socket unit is the difference from.
    func readingOfBareSocket() async throws(ExperimentError) -> UnitReading {
        let address = BusValue.array(
            element: "(ss)", [.structure([.string("Stream"), .string("/run/none")])])
        return try await experiment { () async throws(BusError) in
            try await makingSilentSocket([("Listen", address)])
        }
    }

    /// Has systemd make a socket unit of this blueprint that never listens.
    ///
    /// - Throws: `ExperimentError` where systemd refuses one of its settings.
    func rehearse(_ socket: SocketBlueprint) async throws(ExperimentError) {
        do { _ = try await makingSilentSocket(socket.properties) } catch {
            guard error.isRefusal else { throw ExperimentError(error) }
            throw ExperimentError(
                "the sockets of \(socket.unit) cannot be handed to a copy: systemd does not make a "
                    + "transient unit of its settings: \(error.message)")
        }
    }

    private func makingSilentSocket(
        _ properties: [(String, BusValue)]
    ) async throws(BusError) -> UnitReading {
        let service = TrialName.fresh()
        let name = TrialName.stem(of: service) + ".socket"
        let collected = ("CollectMode", BusValue.string("inactive-or-failed"))
        _ = try await bus.startTransientUnit(
            name,
            properties: properties + [
                ("Conditions", .neverHolds), ("AddRef", .bool(true)), collected,
            ],
            auxiliary: [(service, [("ExecStart", .command(["/bin/true"])), collected])])
        let reading = try await socketReading(at: Machine.path(ofUnit: name))
        try await manager("UnrefUnit", .string(name))
        return reading
    }
}
