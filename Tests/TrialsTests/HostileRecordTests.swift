import Foundation
import Hardening
import TemperTesting
import Testing

@testable import Trials

@Suite("Whatever a record says") struct HostileRecordTests {
    private static let dialect = Dialect(
        version: 262,
        calls: Dictionary(
            uniqueKeysWithValues: Catalogue.callGroupNames.map { group in
                (group, ["\(group.dropFirst())_1", "\(group.dropFirst())_2"])
            }))

    /// The kinds of units that there are: root and not, with and without a sandbox of their own.
    private static func unit(_ generator: inout SplitMix64) -> Sandbox {
        let shipped = HardeningSubject(Sandbox(), dialect: dialect)
        var unit = shipped.tightened(
            by: .random(
                of: Catalogue.standard.restrictions, in: .standard, using: &generator))
        // systemd-analyze takes a list that denies AF_INET6 alone for one that denies IPv4 too.
        if unit["RestrictAddressFamilies"].map({ "\($0)".contains("AF_INET6") }) == true {
            unit.settings["RestrictAddressFamilies"] = nil
        }
        for (name, values) in [
            ("User", ["", "root", "mona", "www-data"]), ("ReadWritePaths", ["", "/var/lib/x"]),
            ("ReadOnlyPaths", ["", "/var/lib/y", "/etc"]),
        ] {
            guard let value = values.randomElement(using: &generator), !value.isEmpty else {
                continue
            }
            unit.settings[name] = name == "User" ? .word(value) : .list([value])
        }
        return unit
    }

    /// More with `TEMPER_FUZZ=100000`.
    private let count = ProcessInfo.processInfo.environment["TEMPER_FUZZ"].flatMap { Int($0) }

    @Test("what is offered is at least as strict as the unit, and runs no command of the record's")
    func neverLooser() {
        var generator = SplitMix64(seed: 14)
        var (read, refused, offered) = (0, 0, 0)
        for _ in 0..<(count ?? 2000) {
            let unit = Self.unit(&generator)
            let text = HostileRecord.text(using: &generator)
            guard let record = try? HardeningRecord(reading: text, file: "x") else { continue }
            read += 1
            guard
                let (after, dropIn) = HostileRecord.offer(record, unit, dialect: Self.dialect)
            else {
                refused += 1
                continue
            }
            offered += 1
            #expect(
                Exposure(of: after, dialect: Self.dialect)
                    <= Exposure(of: unit, dialect: Self.dialect), "\(text)\n\(dropIn.text)")
            #expect(unit.isRoot || after.user == unit.user, "\(text)")
            let (had, has) = (Set(unit.boundCapabilities), Set(after.boundCapabilities))
            #expect(has.isSubset(of: had))
            #expect(
                Set(Capability.names(in: after.ambientCapabilities)).isSubset(
                    of: had.union(Capability.names(in: unit.ambientCapabilities))))
            for line in dropIn.text.split(separator: "\n") {
                #expect(!line.contains("temper-was-here") && !line.contains(".."), "\(line)")
                #expect(
                    !line.hasPrefix("Exec") || line == "ExecStartPre="
                        || line.hasPrefix("ExecStartPre=+/usr/bin/install -m 0644 -o "), "\(line)")
            }
        }
        // All three were tried.
        #expect(offered > 200 && refused > 200 && read < 1900, "\(offered) \(refused) \(read)")
    }

    @Test(
        "a directive that it would loosen is named",
        arguments: [
            ("ProtectSystem=strict", ["Writes=/usr/lib/x"], "ReadWritePaths"),
            ("ProtectSystem=strict", ["Writes=/var/lib/y"], "ReadWritePaths"),
            ("ProtectHome=tmpfs", ["ReadsHome=/home/mona/x"], "BindReadOnlyPaths"),
            ("User=postgres", ["User=postgres"], "User"),
            ("SocketBindDeny=any", ["Port=tcp:22"], "SocketBindAllow"),
        ])
    func named(taken: String, usage: [String], directive: String) throws {
        var unit = Sandbox()
        unit.settings = [
            "ProtectSystem": .word("full"), "ReadOnlyPaths": .list(["/var/lib/y"]),
            "ProtectHome": .word("yes"), "User": .word("mona"), "SocketBindDeny": .ports([.any]),
        ]
        let lines = usage.joined(separator: "\n")
        let record = try HardeningRecord(
            reading: """
                [X-Temper-Record]
                Schema=2
                Unit=x.service
                [X-Temper-Profile]
                Take=\(taken)
                [X-Temper-Usage]
                \(lines)
                """, file: "x")
        let catalogue = Catalogue.standard.accommodating(record.usage)
        let after = HardeningSubject(unit, in: catalogue, dialect: Self.dialect)
            .tightened(by: Profile(record.profile.restrictions, in: catalogue))
        #expect(after.loosened(from: unit, in: catalogue) == [directive])
        // Where the unit leaves it open already, nothing is loosened.
        let open = HardeningSubject(Sandbox(), in: catalogue, dialect: Self.dialect)
            .tightened(by: Profile(record.profile.restrictions, in: catalogue))
        #expect(open.loosened(from: Sandbox(), in: catalogue) == [])
    }

    @Test(
        "no path leads up, or to anywhere but itself, and no unit has another's name",
        arguments: [
            "Writes=/a/../b", "Writes=x", "Owns=/", "File=/run/", "File=/run//x", "File=/run/./x",
            "Device=/etc/passwd", "WritesHome=/etc", "WritesTemporary=/tmp/x", "User=a b",
            "Makes=777 x", "Makes=755 a/b", "Makes=755 ..", "Makes=755", "Writes=/a b",
            "Writes=/a%n",
        ])
    func refused(line: String) {
        let error = #expect(throws: PlanError.self) {
            try HardeningRecord(
                reading: "[X-Temper-Record]\nSchema=2\nUnit=x.service\n[X-Temper-Profile]\n"
                    + "Take=PrivateTmp=yes\n[X-Temper-Usage]\n\(line)\n", file: "x")
        }
        #expect(error?.description == "x:7: “\(line)” cannot be understood")
    }

    @Test(
        "its unit has a unit's name", arguments: ["x", "../x.service", "a b.service", "@.service"])
    func unitNames(name: String) {
        let error = #expect(throws: PlanError.self) {
            try HardeningRecord(
                reading: "[X-Temper-Record]\nSchema=2\nUnit=\(name)\n", file: "x")
        }
        #expect(error?.description == "x: “\(name)” is no name of a service")
    }
}
