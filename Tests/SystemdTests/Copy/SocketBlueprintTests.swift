import SystemdBus
import Testing

@testable import Systemd

@Suite("A blueprint of a socket", .timeLimit(.minutes(5)))
struct SocketBlueprintTests {
    static let bare: [String: BusValue] = [
        "Id": .string("bare.socket"), "Listen": listen("/run/none"), "Backlog": .uint32(4096),
        "FileDescriptorName": .string("bare.socket"), "Symlinks": .strings([]),
        "SmackLabelIPIn": .string(""), "NAccepted": .uint32(0), "Wants": .strings([]),
        "UMask": .uint32(0o22), "LimitNOFILE": .uint64(9),
        "ExecStartPre": .array(
            element: "(sasbttttuii)", []),
    ]

    static func listen(_ address: String) -> BusValue {
        .array(element: "(ss)", [.structure([.string("Stream"), .string(address)])])
    }

    private func blueprint(_ changes: [String: BusValue]) -> SocketBlueprint {
        let original = Self.bare.merging(["Id": .string("x.socket")]) { $1 }
        return SocketBlueprint(
            of: UnitReading(properties: original.merging(changes) { $1 }),
            against: UnitReading(properties: Self.bare))
    }

    @Test("is what it listens on, the name of its descriptors, and what differs")
    func differences() {
        let blueprint = blueprint([
            "Listen": Self.listen("[::]:80"), "Backlog": .uint32(5), "NAccepted": .uint32(7),
            "FileDescriptorName": .string("x.socket"), "Wants": .strings(["y.service"]),
            "UMask": .uint32(0o77),
        ])
        #expect(blueprint.unit == "x.socket" && blueprint.addresses == ["[::]:80"])
        #expect(
            blueprint.properties.map(\.0) == ["Backlog", "FileDescriptorName", "Listen", "UMask"])
        #expect(blueprint.notCarriedOver.isEmpty)
    }

    @Test("sends commands in the form that a socket unit takes")
    func commands() {
        let read = BusValue.structure([
            .string("/bin/x"), .strings(["x", "y"]), .bool(true), .uint64(1), .uint64(2),
        ])
        let sent = blueprint(["ExecStartPre": .array(element: "(sasbttttuii)", [read])]).properties
        let expected = BusValue.array(
            element: "(sasb)",
            [.structure([.string("/bin/x"), .strings(["x", "y"]), .bool(true)])])
        #expect(sent.first { $0.0 == "ExecStartPre" }?.1 == expected)
    }

    @Test("names what a transient socket unit cannot have")
    func lacking() {
        let blueprint = blueprint([
            "SmackLabelIPIn": .string("x"), "LimitNOFILE": .uint64(5), "Unheard": .bool(true),
        ])
        #expect(
            blueprint.notCarriedOver.map { "\($0.setting)=\($0.value)" }
                == ["LimitNOFILE=5", "SmackLabelIPIn=x", "Unheard=yes"])
        #expect(blueprint.notCarriedOver.allSatisfy { $0.reason.contains("x.socket") })
        #expect(blueprint.properties.map(\.0) == ["FileDescriptorName", "Listen"])
    }

    @Test("of a service that is handed them: named only where they are not, streams are theirs")
    func service() throws {
        let service = SmallService(
            changes: [
                "StandardInput": .string("socket"), "StandardOutput": .string("fd"),
                "StandardOutputFileDescriptorName": .string("web"),
                "TriggeredBy": .strings(["x.socket", "y.socket"]),
            ])
        var original = try service.reading()
        original.sockets = [
            UnitReading(
                properties: Self.bare.merging(
                    ["Id": .string("x.socket")]) { $1 })
        ]
        var bare = try RecordedMachine(systemd: service.version).bare(service.type)
        bare.sockets = [UnitReading(properties: Self.bare)]
        let blueprint = try Blueprint(of: original, against: bare, systemd: service.version)
        #expect(blueprint.sockets.map(\.unit) == ["x.socket"])
        #expect(blueprint.notCarriedOver.map(\.setting) == ["Sockets"])
        #expect(blueprint.notCarriedOver.map(\.value) == ["y.socket"])
        let sent = blueprint.properties.map(Sent.init)
        #expect(sent.contains(Sent("StandardInput", .string("socket"))))
        #expect(sent.contains(Sent("StandardOutputFileDescriptorName", .string("web"))))
    }
}
