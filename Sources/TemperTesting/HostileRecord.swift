public import Hardening
public import Trials

/// A record by somebody who wants more than there is.
public enum HostileRecord {
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

    /// Its text, for a unit `x.service`.
    public static func text(using generator: inout SplitMix64) -> String {
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
            NewUser=\(any(["dynamic", "dynamic", "system", "system", "x"]))
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

    /// What `temper check` makes of a record of this unit; nil where it refuses.
    public static func offer(
        _ record: HardeningRecord, _ unit: Sandbox, dialect: Dialect
    ) -> (sandbox: Sandbox, dropIn: DropIn)? {
        var usage = record.usage
        usage.capabilities.formIntersection(unit.boundCapabilities)
        let catalogue = Catalogue.standard.accommodating(usage)
        let subject = HardeningSubject(unit, in: catalogue, dialect: dialect)
        let after = subject.tightened(by: record.profile)
        return after.loosened(from: unit, in: catalogue).isEmpty
            ? (after, subject.dropIn(for: record.profile)) : nil
    }
}
