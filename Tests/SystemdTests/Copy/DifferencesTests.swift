import Systemd
import SystemdBus
import Testing

@Suite("Differences between original and copy", .timeLimit(.minutes(5)))
struct DifferencesTests {
    private func differing(_ original: [String: BusValue], _ copy: [String: BusValue]) throws
        -> [String]
    {
        let here = try SmallService(changes: original).reading()
        let there = try SmallService(changes: copy).reading()
        return differences(original: here, copy: there).map(\.property)
    }

    @Test("are found in a setting that was lost")
    func findsLostSettings() throws {
        #expect(try differing(["NoNewPrivileges": .bool(true)], [:]) == ["NoNewPrivileges"])
        #expect(
            try differing(["ExecReloadEx": .commands([["/bin/kill"]])], [:]) == ["ExecReloadEx"])
        #expect(try differing(["CanReload": .bool(true)], [:]) == ["CanReload"])
    }

    @Test("are found in a property that this version does not know")
    func findsUnknownProperties() throws {
        #expect(
            try differing(["BrandNew": .bool(true)], ["BrandNew": .bool(false)]) == ["BrandNew"])
    }

    @Test("are none where only names, times and deliberate changes differ")
    func ignoresExpectedOnes() throws {
        #expect(
            try differing(
                [
                    "Restart": .string("always"), "MainPID": .uint32(7), "Type": .string("simple"),
                    "WatchdogUSec": .uint64(0), "BusName": .string("org.example.Small"),
                    "After": .strings(["b.target", "a.target", "small.socket"]),
                    "TriggeredBy": .strings(["small.socket"]),
                ],
                [
                    "Type": .string("exec"), "WatchdogUSec": .uint64(.max),
                    "After": .strings(["a.target", "b.target"]),
                ]) == [])
    }

    @Test("are expected for a documented reason only")
    func everyExpectationHasAReason() {
        let expected = CopyTable.expectedDifferences
        #expect(expected.allSatisfy { !$0.reason.isEmpty })
        #expect(expected.contains { $0.property == "Restart" })
        #expect(!expected.contains { $0.property == "ProtectSystem" })
        #expect(expected.allSatisfy { CopyTable.row($0.property)?.rule != .copy })
    }
}
