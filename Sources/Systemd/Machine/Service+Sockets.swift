public import SystemdBus
public import Trials

/// Sockets of a service that are not open where it is tried.
extension Service {
    /// The socket units that would hand it their sockets if they were active. systemd does not know
    /// them by itself: a unit that nothing refers to is not loaded, so each of the machine's is.
    public var silentSockets: [String] {
        get async {
            let instance = unit.firstIndex(of: "@").map { unit[$0...].prefix { $0 != "." } }
            var found: [String] = []
            for name in await machine.unitFiles(suffix: ".socket") {
                if name.hasSuffix("@.socket"), instance == nil { continue }
                let socket = name.replacing("@.", with: "\(instance ?? "@").")
                guard !reading.sockets.contains(where: { $0.name == socket }),
                    let path = try? await machine.manager("LoadUnit", .string(socket)).first?
                        .string,
                    let started = try? await machine.property(
                        "Triggers", of: path, Machine.unitInterface)
                else { continue }
                if started.strings?.contains(unit) == true { found.append(socket) }
            }
            return found.sorted()
        }
    }

    /// The socket units that hand it nothing here and are active on another machine: somebody
    /// started them there, whether they are enabled or not. None where systemd does not run it, or
    /// does not answer us.
    ///
    /// - Parameter bus: of the same manager there.
    public func socketsActive(at bus: BusAddress) async -> [String] {
        guard let bus = try? await Bus.connect(to: bus) else { return [] }
        let other = Machine(bus: bus, root: "", network: nil, isDisposable: false)
        let handed = reading.sockets.map(\.name)
        let active = try? await other.activeSockets(of: unit).filter { !handed.contains($0) }
        await bus.close()
        return active ?? []
    }

    /// Starts socket units.
    ///
    /// - Throws: `ExperimentError` with what systemd says of the first that does not listen then.
    public func startSockets(_ sockets: [String]) async throws(ExperimentError) {
        for socket in sockets {
            let result = try await experiment { () async throws(BusError) in
                try await machine.bus.startUnit(socket)
            }
            if result != .done { throw ExperimentError("\(socket) cannot be started (\(result))") }
        }
    }
}

extension Machine {
    fileprivate func activeSockets(of unit: String) async throws(BusError) -> [String] {
        let triggers = try await property(
            "TriggeredBy", of: Machine.path(ofUnit: unit), Machine.unitInterface)
        return try await active((triggers.strings ?? []).filter { $0.hasSuffix(".socket") })
    }
}
