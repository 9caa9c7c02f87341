public import SystemdBus
import Trials

/// Everything that can be known of a loaded service without acting on it.
public struct UnitReading: Hashable, Sendable {
    /// What `GetAll` answers for the interfaces `org.freedesktop.systemd1.Unit` and `.Service`
    /// together; no name occurs in both.
    public var properties: [String: BusValue]
    /// The texts at `FragmentPath` and then at each of `DropInPaths`, in that order.
    public var files: [UnitFile]
    /// Those units in `Requires` and `Requisite` whose `LoadState` is not `loaded`. A transient
    /// unit that requires one of them is refused with `NoSuchUnit`.
    public var missingUnits: Set<String>
    /// The socket units whose sockets a start of a service finds, of a bare service a bare one.
    public var sockets: [UnitReading]

    public init(
        properties: [String: BusValue], files: [UnitFile] = [], missingUnits: Set<String> = [],
        sockets: [UnitReading] = []
    ) {
        self.properties = properties
        self.files = files
        self.missingUnits = missingUnits
        self.sockets = sockets
    }

    public subscript(name: String) -> BusValue? { properties[name] }
}

extension UnitReading {
    /// The unit's own name, which specifiers in its files are expanded with.
    public var name: String { string("Id") }

    func string(_ name: String) -> String { self[name]?.string ?? "" }
    func strings(_ name: String) -> [String] { self[name]?.strings ?? [] }
    func isTrue(_ name: String) -> Bool { self[name]?.bool ?? false }

    /// The names of the directories below `/run`, `/var/lib`, `/var/cache` or `/var/log`.
    func directories(_ kind: String) -> [String] { strings("\(kind)Directory") }

    /// The units of one kind that activate this one.
    func triggers(suffix: String) -> [String] {
        strings("TriggeredBy").filter { $0.hasSuffix(suffix) }.sorted()
    }

    /// `WatchdogSec=` in microseconds; nil for none. Until a service has run, the bus tells infinity
    /// whatever its files say.
    var watchdog: UInt64? {
        switch self["WatchdogUSec"]?.uint64 {
        case nil, 0: nil
        case .max:
            files.values(of: "WatchdogSec").last.flatMap(Duration.init(timeSpan:))
                .flatMap { $0 == .zero ? nil : $0.microseconds }
        case let told?: told
        }
    }

    /// What a setting such as `ExecStart` runs.
    func commands(of kind: String) -> [Command] {
        (self["\(kind)Ex"]?.elements ?? []).compactMap(\.command)
    }

    func hasCommands(_ kind: String) -> Bool {
        self["\(kind)Ex"]?.elements?.isEmpty == false
    }
}
