import Systemd
import SystemdBus

/// A service that differs from a bare unit in little, as the tests of single rules need it.
struct SmallService {
    var version = 257
    /// The type that the bare unit is made for.
    var type = "exec"
    var changes: [String: BusValue] = [:]
    var text = ""
    var missingUnits: Set<String> = []
    var bareChanges: [String: BusValue] = [:]
    var bareFiles: [UnitFile] = []
    var originalStaysUp = false

    func reading() throws -> UnitReading {
        let bare = try RecordedMachine(systemd: version).bare(type)
        let own: [String: BusValue] = [
            "Id": .string("small.service"), "ExecStartEx": .commands([["/bin/small"]]),
        ]
        return UnitReading(
            properties: bare.properties.merging(own) { $1 }.merging(changes) { $1 },
            files: [UnitFile(path: "/etc/systemd/system/small.service", text: text)],
            missingUnits: missingUnits)
    }

    func blueprint() throws -> Blueprint {
        var bare = try RecordedMachine(systemd: version).bare(type)
        bare.properties.merge(bareChanges) { $1 }
        bare.files = bareFiles
        return try Blueprint(
            of: reading(), against: bare, systemd: version, originalStaysUp: originalStaysUp)
    }

    /// What is sent beside the type and the command, which every copy has.
    func sent() throws -> [Sent] {
        try blueprint().properties.filter { !["Type", "ExecStartEx"].contains($0.0) }.map(Sent.init)
    }

    func named() throws -> [String] {
        try blueprint().notCarriedOver.map { "\($0.setting)=\($0.value)" }
    }
}

/// A property that is sent, comparable.
struct Sent: Equatable, CustomStringConvertible {
    let name: String
    let value: BusValue

    init(_ name: String, _ value: BusValue) {
        self.name = name
        self.value = value
    }

    init(_ property: (String, BusValue)) { self.init(property.0, property.1) }

    var description: String { "\(name)=\(value)" }
}

extension BusValue {
    /// An `Exec…Ex` property as it is read, with the time of the last run and its end.
    static func commands(_ commands: [[String]], flags: [String] = []) -> BusValue {
        .array(
            element: "(sasasttttuii)",
            commands.map {
                .structure([
                    .string($0[0]), .strings($0), .strings(flags), .uint64(1), .uint64(2),
                    .uint64(3), .uint64(4), .uint32(5), .int32(6), .int32(7),
                ])
            })
    }

    /// A filter as `SystemCallFilter` reads.
    static func filter(allows: Bool, _ names: [String]) -> BusValue {
        .structure([.bool(allows), .strings(names)])
    }
}
