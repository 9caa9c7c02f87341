public import Hardening
import SystemdBus
public import Trials

/// A service as it stands on a machine: all that its copies, its drop-in and the user need to know.
public struct Service: Sendable {
    public let unit: String
    public private(set) var machine: Machine
    public let dialect: Dialect
    /// As the manager says it, such as `257.13-1~deb13u1`.
    public let systemdVersion: String
    public let sandbox: Sandbox
    let reading: UnitReading
    let blueprint: Blueprint
    /// Those of the tree in which it lies.
    let packages: PackageDatabase

    /// Loads the unit and reads everything; nothing is started.
    ///
    /// - Parameter dialect: that of the machine, where it is known already: asking for it takes
    ///   half a second.
    /// - Throws: `ExperimentError` for a unit that does not exist, is masked or broken.
    public init(
        named unit: String, on machine: Machine, speaking dialect: Dialect? = nil
    ) async throws(ExperimentError) {
        self.machine = machine
        packages = PackageDatabase(of: machine.tree)
        if let dialect {
            self.dialect = dialect
        } else {
            self.dialect = try await Dialect(of: machine)
        }
        systemdVersion = try await experiment { () async throws(BusError) in
            try await machine.managerProperty("Version").string ?? ""
        }
        try await machine.refuseConnections(to: unit)
        var reading = try await machine.reading(of: unit)
        reading.sockets = try await machine.sockets(of: reading)
        self.reading = reading
        self.unit = reading.name
        sandbox = Sandbox(properties: reading.properties)
        let type = ServiceType(rawValue: reading.string("Type")) ?? .simple
        var bare = try await experiment { () async throws(BusError) in
            try await machine.readingOfBareUnit(for: type)
        }
        if !reading.sockets.isEmpty { bare.sockets = [try await machine.readingOfBareSocket()] }
        do {
            blueprint = try Blueprint(of: reading, against: bare, systemd: self.dialect.version)
        } catch {
            throw ExperimentError(error.description)
        }
        for socket in blueprint.sockets { try await machine.rehearse(socket) }
    }

    /// The same service, spoken to in another way.
    public func on(_ machine: Machine) -> Service {
        var service = self
        service.machine = machine
        return service
    }

    public var canReload: Bool { blueprint.facts.canReload }

    /// How often it has to say that it is alive (`WatchdogSec=`); nil where nobody asks.
    public var watchdog: Duration? { blueprint.facts.watchdog.map(Duration.microseconds) }

    /// Settings of the original that its copies lack, and what that means.
    public var notCarriedOver: [NotCarriedOver] { blueprint.notCarriedOver }

    /// Directories that the unit declares, which systemd leaves writable for it: `/var/lib/x` for
    /// `StateDirectory=x`.
    public var declaredDirectories: Set<String> {
        let facts = blueprint.facts
        let places = [
            ("/run", facts.runtimeDirectories), ("/var/lib", facts.stateDirectories),
            ("/var/cache", facts.cacheDirectories), ("/var/log", facts.logsDirectories),
        ]
        return Set(places.flatMap { place, names in names.map { "\(place)/\($0)" } })
    }

    /// `ExecStartPre=` as the unit's files have it.
    public var startCommands: [String] { reading.files.values(of: "ExecStartPre") }

    /// The unit's files, the fragment first.
    public var unitFiles: [(path: String, text: String)] {
        reading.files.map { ($0.path, $0.text) }
    }

    /// The settings of `[Service]` that the unit's files make, whatever their values.
    public var assignedSettings: Set<String> { reading.files.assignedSettings }

    /// The package that its unit is of; nil where none has it.
    var package: String? {
        unitFiles.first.flatMap { packages.owner(of: $0.path)?.package }
    }

    /// The copied settings as text, for telling one state of the unit from another.
    public var copiedSettings: [String] {
        let sockets = blueprint.sockets.flatMap { socket in
            socket.properties.map { ("\(socket.unit) \($0)", $1) }
        }
        return (blueprint.properties + sockets).map { "\($0)=\(Service.inOrder($1))" }.sorted()
    }

    /// systemd keeps dependencies and address prefixes in hash tables, and tells them in another
    /// order each time.
    private static func inOrder(_ value: BusValue) -> String {
        switch value {
        case .array(element: "s", let elements), .array(element: "(iayu)", let elements):
            "\(elements.map { "\($0)" }.sorted())"
        default: "\(value)"
        }
    }

    /// Its name without its kind and its instance: `postgresql` of `postgresql@17-main.service`.
    public var stem: String { String(unit.prefix { $0 != "@" && $0 != "." }) }

    /// Its `PIDFile=`.
    public var pidFile: String? { blueprint.facts.pidFile }

    /// The service as it stands, with the catalogue that makes exceptions for what it uses.
    public func subject(using usage: Usage) -> HardeningSubject {
        subject(in: .standard(under: dialect.scope).accommodating(usage))
    }

    public func subject(in catalogue: Catalogue) -> HardeningSubject {
        HardeningSubject(sandbox, in: catalogue, dialect: dialect)
    }

    /// Copies of the service, to be put under profiles of the standard catalogue.
    public var copies: TransientService { copies(in: .standard) }

    /// Copies of the service, to be put under profiles of `catalogue`.
    ///
    /// - Parameter leftovers: what a start is not to find: files that only an unclean end leaves, or
    ///   that the service makes once. Removed before each start, directories with all that is in
    ///   them, on machines that are thrown away.
    /// - Parameter usualStop: how long it takes to stop as it is, where that is known.
    public func copies(
        in catalogue: Catalogue, leftovers: [String] = [], usualStop: Duration? = nil
    ) -> TransientService {
        var copies = TransientService(
            machine: machine, blueprint: blueprint, subject: subject(in: catalogue),
            dropIns: Set(reading.strings("DropInPaths")), leftovers: leftovers)
        copies.usualStop = usualStop
        copies.redaction = redaction
        return copies
    }

    /// The service itself.
    public var real: RealService {
        RealService(
            machine: machine, unit: unit, startDeadline: blueprint.startDeadline,
            stopDeadline: blueprint.stopDeadline, helperProperties: blueprint.helperProperties,
            sockets: blueprint.sockets.map(\.unit))
    }

    /// What its `ExecStart=` lines start.
    var mainCommands: [Command] {
        reading.commands(of: "ExecStart")
    }

    /// The programs that it starts, without their directories; of a script its name too.
    public var programs: Set<String> {
        let paths = mainCommands.flatMap { command in
            [command.path] + command.arguments.dropFirst().prefix(2).filter { $0.hasPrefix("/") }
                + ShellScript.programs(of: command.arguments)
        }
        return Set(paths.compactMap { $0.split(separator: "/").last.map(String.init) })
    }

    var trialDropIns: DropInDirectory { DropInDirectory(of: unit, .passing, on: machine) }

    /// The name on the bus that it must take to count as started (`Type=dbus`).
    public var claimedName: String? {
        blueprint.facts.type == .dbus ? blueprint.facts.busName : nil
    }

    /// From now on nothing that asks for its name on the bus starts it beside its copies; only for
    /// machines that are thrown away. `install` ends that.
    public func holdBack() async throws(ExperimentError) {
        guard machine.isDisposable, blueprint.facts.busName != nil else { return }
        try trialDropIns.write(HeldBackUnit.dropIn, as: HeldBackUnit.fileName)
        try await machine.reload()
    }

    /// Takes the drop-in of `install` away again and reloads the manager.
    public func uninstall() async throws(ExperimentError) {
        trialDropIns.remove("zz-temper.conf", HarmlessFailure.fileName)
        try await machine.reload()
        try await holdBack()
    }

    /// Puts a drop-in on the real unit, below /run, and reloads the manager: only for machines
    /// that are thrown away. A unit that fails then does not reboot them, nor start others.
    ///
    /// - Returns: the settings that do not read back as `expected`, one line each.
    public func install(
        dropIn: String, expecting expected: Sandbox
    ) async throws(ExperimentError) -> [String] {
        trialDropIns.remove(HeldBackUnit.fileName)
        try trialDropIns.write(HarmlessFailure.dropIn, as: HarmlessFailure.fileName)
        try trialDropIns.write(dropIn, as: "zz-temper.conf")
        try await machine.reload()
        return try await differences(from: expected)
    }

    /// The settings of the unit as it is now that do not read as `expected`, one line each.
    package func differences(from expected: Sandbox) async throws(ExperimentError) -> [String] {
        let found = Sandbox(properties: try await machine.reading(of: unit).properties)
        return found.differences(from: expected.withImplied(by: dialect))
    }
}

extension Blueprint {
    /// How long a start of the service may take by its own settings; an hour where they set none.
    var startDeadline: Duration { facts.startTimeout.map(Duration.microseconds) ?? .seconds(3600) }
    var stopDeadline: Duration { facts.stopTimeout.map(Duration.microseconds) ?? .seconds(3600) }
}

extension Machine {
    /// Makes the manager read its units anew.
    package func reload() async throws(ExperimentError) {
        try await experiment { () async throws(BusError) in _ = try await manager("Reload") }
    }

    /// Everything that can be read of a unit.
    func reading(of unit: String) async throws(ExperimentError) -> UnitReading {
        let path = try await load(unit)
        return try await experiment { () async throws(BusError) in
            var reading = try await reading(ofObject: path)
            let paths =
                [reading.string("FragmentPath")].filter { !$0.isEmpty }
                + reading.strings("DropInPaths")
            reading.files = paths.compactMap { path in
                text(ofFile: path).map { UnitFile(path: path, text: $0) }
            }
            for name in reading.strings("Requires") + reading.strings("Requisite") {
                let state = try await loadState(of: name)
                if state != "loaded" { reading.missingUnits.insert(name) }
            }
            return reading
        }
    }

    func readingOfBareUnit(for type: ServiceType) async throws(BusError) -> UnitReading {
        let name = TrialName.fresh()
        _ = try await bus.startTransientUnit(name, properties: BareUnit.properties(for: type))
        let reading = try await reading(ofObject: Machine.path(ofUnit: name))
        try await manager("UnrefUnit", .string(name))
        return reading
    }

    private func reading(ofObject path: String) async throws(BusError) -> UnitReading {
        let unit = try await properties(of: path, Machine.unitInterface)
        let service = try await serviceProperties(of: path, beside: unit)
        return UnitReading(properties: unit.merging(service) { $1 })
    }

    /// A single property that cannot be read fails them all: `StateDirectoryQuotaUsage` of systemd
    /// 262 does so where the file system has no quotas. Then each is asked for by itself, by the
    /// names that a bare unit has, and what cannot be read is left out.
    private func serviceProperties(
        of path: String, beside unit: [String: BusValue]
    ) async throws(BusError) -> [String: BusValue] {
        do { return try await properties(of: path, Machine.serviceInterface) } catch {
            guard case .refused = error else { throw error }
        }
        let bare = try await readingOfBareUnit(for: .simple)
        var found: [String: BusValue] = [:]
        for name in bare.properties.keys where unit[name] == nil {
            do { found[name] = try await property(name, of: path, Machine.serviceInterface) } catch
            {
                guard case .refused = error else { throw error }
            }
        }
        return found
    }

    private func loadState(of unit: String) async throws(BusError) -> String {
        let path = try await manager("LoadUnit", .string(unit)).first?.string ?? ""
        return try await property("LoadState", of: path, Machine.unitInterface).string ?? ""
    }
}
