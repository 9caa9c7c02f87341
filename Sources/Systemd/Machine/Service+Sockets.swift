public import SystemdBus
public import Trials

/// Sockets of a service that are not open where it is tried.
extension Service {
    /// The socket units that would hand it their sockets if they were active. systemd does not know
    /// them by itself: a unit that nothing refers to is not loaded, so each of the machine's is.
    public var silentSockets: [String] {
        get async {
            let handed = reading.sockets.map(\.name)
            var found: Set<String> = []
            for name in await machine.unitFiles(suffix: ".socket") {
                guard let socket = socket(of: name),
                    let (name, started) = try? await machine.triggers(of: socket)
                else { continue }
                // By its own name, whatever else its file is called.
                if started.contains(unit), !handed.contains(name) { found.insert(name) }
            }
            return found.sorted()
        }
    }

    /// The unit of a socket's file: of a template the instance that the service is; nil where it is
    /// none.
    private func socket(of name: String) -> String? {
        guard name.hasSuffix("@.socket") else { return name }
        guard let at = unit.firstIndex(of: "@"), let end = unit.lastIndex(of: ".") else {
            return nil
        }
        return name.replacing("@.", with: "\(unit[at..<end]).")
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

    /// Starts a socket unit.
    ///
    /// - Throws: `ExperimentError` with what systemd says, where it does not listen then.
    public func start(socket: String) async throws(ExperimentError) {
        let result = try await experiment { () async throws(BusError) in
            try await machine.bus.startUnit(socket)
        }
        if result != .done { throw ExperimentError("\(socket) cannot be started (\(result))") }
    }
}

extension Machine {
    fileprivate func activeSockets(of unit: String) async throws(BusError) -> [String] {
        let triggers = try await property(
            "TriggeredBy", of: Machine.path(ofUnit: unit), Machine.unitInterface)
        return try await active((triggers.strings ?? []).filter { $0.hasSuffix(".socket") })
    }

    /// The own name of a unit, and the units that it starts.
    fileprivate func triggers(
        of unit: String
    ) async throws(BusError) -> (name: String, started: [String]) {
        let path = try await manager("LoadUnit", .string(unit)).first?.string ?? ""
        return (
            try await property("Id", of: path, Machine.unitInterface).string ?? unit,
            try await property("Triggers", of: path, Machine.unitInterface).strings ?? []
        )
    }
}
