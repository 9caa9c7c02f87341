import Systemd
import SystemdBus
import Testing

@Suite("Replacing properties of a blueprint", .timeLimit(.minutes(5)))
struct ReplacingTests {
    private func names(
        _ changes: [String: BusValue], replacing new: [(String, BusValue)], version: Int = 257
    ) throws -> [String] {
        let service = SmallService(version: version, changes: changes)
        return try service.blueprint().properties(replacing: new).map(\.0)
            .filter { !["Type", "ExecStartEx"].contains($0) }
    }

    @Test("puts the new ones last, in their own order and with repetitions")
    func newOnesComeLast() throws {
        let filter = BusValue.filter(allows: true, ["read"])
        #expect(
            try names(
                ["SystemCallFilter": filter, "Nice": .int32(5)],
                replacing: [
                    ("SystemCallFilter", filter), ("SystemCallFilter", filter),
                    ("ProtectHome", .string("yes")),
                ]) == ["Nice", "SystemCallFilter", "SystemCallFilter", "ProtectHome"])
    }

    @Test("drops a list, to which the new one would be appended")
    func listsAreReplaced() throws {
        let result = try SmallService(changes: ["ReadOnlyPaths": .strings(["/a"])]).blueprint()
            .properties(replacing: [("ReadOnlyPaths", .strings(["/b"]))])
        #expect(
            result.filter { $0.0 == "ReadOnlyPaths" }.map(Sent.init)
                == [Sent("ReadOnlyPaths", .strings(["/b"]))])
    }

    @Test(
        "drops other spellings of the same setting",
        arguments: [
            ("PrivateTmpEx", BusValue.string("connected"), "PrivateTmp"),
            ("PrivateUsersEx", .string("self"), "PrivateUsers"),
            ("ProtectControlGroupsEx", .string("strict"), "ProtectControlGroups"),
            ("StandardOutput", .string("null"), "StandardOutputFile"),
            ("TasksMax", .uint64(5), "TasksMaxScale"),
        ])
    func siblingsAreDropped(old: String, value: BusValue, new: String) throws {
        #expect(try names([old: value], replacing: [(new, .bool(true))]) == [new])
    }

    @Test("drops both limits for a hard one and only the soft one for a soft one")
    func limits() throws {
        let limits: [String: BusValue] = [
            "LimitNPROC": .uint64(9), "LimitNPROCSoft": .uint64(8),
        ]
        #expect(try names(limits, replacing: [("LimitNPROC", .uint64(5))]) == ["LimitNPROC"])
        #expect(
            try names(limits, replacing: [("LimitNPROCSoft", .uint64(5))])
                == ["LimitNPROC", "LimitNPROCSoft"])
    }

    @Test("with nothing leaves everything as it is")
    func nothing() throws {
        #expect(try names(["Nice": .int32(5)], replacing: []) == ["Nice"])
    }
}
