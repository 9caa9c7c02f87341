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

    private static let paths = [
        "/", "/etc", "/etc/shadow", "/usr", "/usr/bin/x", "/boot", "/var/lib/x", "/var/lib/y/z",
        "/home", "/home/mona", "/root/.ssh", "/run/systemd/system", "/run/x.pid", "/dev/sda",
        "/dev/mem", "/proc/sys", "/sys", "/a/../etc", "relative", "/x y", "/x:/etc", "/x%n",
        "/x\\", "-/etc", "+/", "/var/lib/x\u{202e}", "/.", "/run/../etc", "/tmp", "/var/tmp",
    ]
    /// What a unit may have without a sandbox of its own, and not with one.
    private static let plain = [
        "Writes": ["/var/lib/x", "/etc/x", "/usr/share/x", "/srv/x", "/run"],
        "Owns": ["/var/lib/y", "/etc/y", "/opt/x"], "File": ["/run/x.pid", "/etc/shadow"],
        "WritesHome": ["/home/mona/x", "/root/.x"], "ReadsHome": ["/home/mona/y"],
        "Device": ["/dev/sda", "/dev/x"], "WritesTemporary": ["/tmp", "/var/tmp"],
    ]
    private static let users = ["root", "0", "mona", "www-data", "postgres", "-x", "a b", "65534"]
    private static let keys = [
        "Writes", "Owns", "File", "WritesHome", "ReadsHome", "Device", "WritesTemporary",
    ]

    /// A record by somebody who wants more than there is.
    private static func record(_ generator: inout SplitMix64) -> String {
        func any(_ words: [String]) -> String { words.randomElement(using: &generator) ?? "" }
        var usage = Usage()
        usage.written = Set(paths.filter { $0.hasPrefix("/") })
        let user = any(users)
        usage.user = user
        let known = Catalogue.standard.accommodating(usage).restrictions
        let taken = Profile.random(of: known, in: .standard, using: &generator).restrictions
        func line() -> String {
            let key = any(keys)
            let isPlain = Int.random(in: 0..<10, using: &generator) > 0
            return "\(key)=\(any(isPlain ? plain[key] ?? ["/var/lib/x"] : paths))"
        }
        let often = any(["yes", "no"]) == "yes"
        return """
            [X-Temper-Record]
            Schema=2
            Unit=x.service
            [X-Temper]
            Prepare=touch /temper-was-here
            [X-Temper-Profile]
            Take=NoNewPrivileges=yes
            \(taken.sorted().map { "Take=\($0)" }.joined(separator: "\n"))
            Take=User=\(often ? user : any(users))
            Take=\(any(["User=root", "ProtectSystem=no", "Nonsense", "ExecStart=/bin/sh", "=x"]))
            [X-Temper-Usage]
            \(often ? "User=\(user)" : "Owns=/var/lib/x")
            Capability=\(any(["CAP_SYS_ADMIN", "CAP_NET_BIND_SERVICE", "CAP_NONSENSE"]))
            Port=\(any(["tcp:80", "tcp:0", "x"]))
            Peer=\(any(["192.0.2.1/32", "0.0.0.0/0", "x"]))
            Makes=\(any(["755 x", "755 y", "750 z", "755 systemd", "777 systemd", "755 ../etc"]))
            \((0..<3).map { _ in line() }.joined(separator: "\n"))
            [Service]
            ExecStartPre=+/bin/sh -c 'touch /temper-was-here'
            User=root
            """
    }

    /// What `temper check` makes of it, as a drop-in; nil where it refuses.
    private static func offer(_ record: HardeningRecord, _ unit: Sandbox) -> (Sandbox, DropIn)? {
        var usage = record.usage
        usage.capabilities.formIntersection(unit.boundCapabilities)
        let catalogue = Catalogue.standard.accommodating(usage)
        let subject = HardeningSubject(unit, in: catalogue, dialect: dialect)
        let after = subject.tightened(by: record.profile)
        return after.loosened(from: unit, in: catalogue).isEmpty
            ? (after, subject.dropIn(for: record.profile)) : nil
    }

    /// More with `TEMPER_FUZZ=100000`.
    private let count = ProcessInfo.processInfo.environment["TEMPER_FUZZ"].flatMap { Int($0) }

    @Test("what is offered is at least as strict as the unit, and runs no command of the record's")
    func neverLooser() {
        var generator = SplitMix64(seed: 14)
        var (read, refused, offered) = (0, 0, 0)
        for _ in 0..<(count ?? 2000) {
            let unit = Self.unit(&generator)
            let text = Self.record(&generator)
            guard let record = try? HardeningRecord(reading: text, file: "x") else { continue }
            read += 1
            guard let (after, dropIn) = Self.offer(record, unit) else {
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
