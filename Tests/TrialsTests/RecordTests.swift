import Foundation
import Hardening
import Testing

@testable import Trials

@Suite("A record for version control")
struct RecordTests {
    private static let record: HardeningRecord = {
        var plan = Plan()
        plan.probes = [
            .command("test -e '/a b' # x=y"), .http("http://127.0.0.1/", contains: "it works"),
        ]
        plan.cadence.interval = .milliseconds(1500)
        plan.settle = .microseconds(50)
        plan.keep = ["PrivateNetwork"]
        plan.preparations = ["mknod /dev/x c 4 63"]
        plan.beforeStart = ["cp /srv/a /srv/b"]
        plan.probeDoesWork = true
        var usage = Usage()
        usage.written = ["/var/lib/x"]
        usage.homes = ["/home/x": true, "/home/y": false]
        usage.temporary = ["/tmp"]
        usage.ports = ["tcp:80"]
        usage.peers = ["192.0.2.1/32"]
        usage.user = "www-data"
        usage.newUser = .system
        usage.capabilities = ["CAP_NET_BIND_SERVICE"]
        var validity = Validity()
        validity.systemd = "252.39-1~deb12u2"
        validity.kernel = "6.12"
        validity.features = ["seccomp"]
        validity.unitFiles = ["/etc/a b.service": "0123"]
        validity.programs = [
            "/usr/bin/a b": FileIdentity(digest: "ab", package: "x", version: "1.0"),
            "/opt/y": FileIdentity(digest: "cd"),
        ]
        validity.calls = ["@swap": ["swapon", "swapoff"]]
        let end = UnitState(type: "", active: "", sub: "", result: "success", mainCode: 1)
        let seen = Footprint(
            listeners: ["tcp [::1]:80", "unix @a b"],
            sockets: ["/run/a b": .init(user: 33, group: 4, mode: 0o660)], labels: ["a_t (x)", "b"])
        let life = Trial(
            number: 1, purpose: .baseline(run: 1), profile: .unrestricted, began: 0,
            microseconds: .init(), observations: [.unit(.stop, end), .footprint(seen)],
            baseline: .unknown)
        var record = HardeningRecord(
            unit: "x.service", exposure: (Exposure(tenths: 96), Exposure(tenths: 14)), plan: plan,
            profile: Profile(recorded: ["PrivateTmp=yes", "ReadWritePaths=~/var/lib/x"]),
            usage: usage, baseline: Baseline(learnedFrom: [life]).withoutJournal,
            refused: [
                .init(
                    restriction: "PrivateNetwork=yes",
                    conflict: ["PrivateNetwork=yes", "PrivateTmp=yes"], because: "no answer")
            ], dropIn: "# head\n[Service]\n# why\nPrivateTmp=yes\n", validity: validity)
        record.isStrict = true
        record.offered = ["MemoryKSM=no", "PrivateBPF=yes"]
        record.healthyWithin = .milliseconds(512)
        return record
    }()

    @Test("is read as it was written, and written the same again")
    func roundTrip() throws {
        let text = Self.record.text
        let read = try HardeningRecord(reading: text, file: "x.temper")
        #expect(read == Self.record)
        #expect(read.text == text)
        // The same file is a plan, and what systemd reads of it is the drop-in.
        #expect(try Plan(reading: text, file: "x.temper") == Self.record.plan)
        #expect(text.hasSuffix("\n[Service]\n# why\nPrivateTmp=yes\n"))
        let sections = text.split(separator: "\n").filter { $0.hasPrefix("[") }
        #expect(sections.allSatisfy { $0 == "[Service]" || $0.hasPrefix("[X-Temper") })
    }

    @Test("a record of the first schema is still read")
    func firstSchema() throws {
        let old = """
            # What temper 0.1.0 tried and found to pass.
            [X-Temper-Record]
            Schema=1
            Unit=nginx.service
            ExposureBefore=9.6
            ExposureAfter=1.4

            [X-Temper]
            ProbeHTTP=http://127.0.0.1/

            [X-Temper-Profile]
            Profile=PrivateTmp=yes ProtectSystem=full ProtectSystem=yes

            [X-Temper-Fingerprint]
            Systemd=252.39-1~deb12u2
            Kernel=6.1.0-13-amd64
            UnitFile=82106e267d2a7195 /usr/lib/systemd/system/nginx.service

            [Service]
            PrivateTmp=yes
            ProtectSystem=full
            """
        let record = try HardeningRecord(reading: old, file: "nginx.temper")
        #expect(record.unit == "nginx.service" && record.exposure.after == Exposure(tenths: 14))
        #expect(record.plan.probes == [.http("http://127.0.0.1/", contains: nil)])
        #expect(
            record.profile.restrictions == [
                "PrivateTmp=yes", "ProtectSystem=full", "ProtectSystem=yes",
            ])
        #expect(record.validity.systemdVersion == 252)
        #expect(record.usage == Usage() && record.refused.isEmpty)
        #expect(record.dropIn == "[Service]\nPrivateTmp=yes\nProtectSystem=full")
        // What it did not write down is not compared.
        var now = record.validity
        now.programs = ["/usr/sbin/nginx": FileIdentity(digest: "ab")]
        now.systemd = "257.13-1~deb13u1"
        #expect(
            now.changes(since: record.validity).map(\.text) == [
                "systemd 252.39-1~deb12u2 → 257.13-1~deb13u1"
            ])
        // And it is written in the schema of today.
        #expect(record.text.contains("\nTake=PrivateTmp=yes\nTake=ProtectSystem=full\n"))
    }

    @Test(
        "what cannot be understood is said with its place",
        arguments: [
            ("", "this is no record"), ("[X-Temper-Record]\nSchema=x\n", "x.temper:2"),
            ("[X-Temper-Record]\nSchema=3\nUnit=a.service\n", "newer temper"),
            ("[X-Temper-Record]\nSchema=2\nUnit=a.service\n", "takes no restriction"),
            ("[X-Temper]\nProbe=\n", "x.temper:2"),
            ("[X-Temper-Usual]\nExit=much\n", "x.temper:2"),
        ])
    func bad(text: String, complaint: String) {
        #expect {
            _ = try HardeningRecord(reading: text, file: "x.temper")
        } throws: { "\($0)".contains(complaint) }
    }

    @Test("a command of several lines is written down as one that does the same")
    func severalLines() throws {
        var record = Self.record
        let command = """
            # A line that ends in a backslash goes on.
            say() { printf '%s\\n' "$1" \\
                "it's 100%"; }
            cat <<END
            \\t`echo $((1+1))`
            END
            say "a b"; exit 3 \\
            """
        record.plan.preparations = [command]
        record.plan.beforeStart = ["-x\ny"]
        record.plan.probes = [.command(command)]
        #expect(record.problem == nil)
        let read = try HardeningRecord(reading: record.text, file: "x").plan
        let written = try #require(read.preparations.first)
        #expect(!written.contains("\n") && read.probes == [.command(written)])
        #expect(read.beforeStart == [#"eval "$(printf -- '-x\ny')""#])
        let (told, status) = try Self.run(command)
        #expect(told == "\\t2\na b\nit's 100%\n" && status == 3)
        let (again, same) = try Self.run(written)
        #expect(again == told && same == status)
        record.plan.probes = [.http("http://x/", contains: "a\nb")]
        #expect(record.problem?.contains("several lines") == true)
    }

    private static func run(_ command: String) throws -> (String, Int32) {
        let (shell, output) = (Process(), Pipe())
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = ["-c", command]
        shell.standardOutput = output
        try shell.run()
        let told = output.fileHandleForReading.readDataToEndOfFile()
        shell.waitUntilExit()
        return (String(decoding: told, as: UTF8.self), shell.terminationStatus)
    }

    @Test("packages, files and calls that changed are named once each")
    func changes() {
        var then = Self.record.validity
        var now = then
        #expect(now.changes(since: then).isEmpty)
        then.libraries["/l"] = FileIdentity(digest: "1", package: "x", version: "1.0")
        now.libraries["/l"] = FileIdentity(digest: "2", package: "x", version: "2.0")
        now.programs["/usr/bin/a b"] = FileIdentity(digest: "2", package: "x", version: "2.0")
        now.programs["/opt/y"]?.digest = "ef"
        now.calls["@swap"] = ["swapon", "swapmove"]
        now.features = ["bpf"]
        now.unitFiles["/etc/a b.service"] = "9"
        #expect(
            now.changes(since: then).map(\.text) == [
                "/etc/a b.service changed", "x 1.0 → 2.0", "/opt/y (cd) → (ef)",
                "bpf is new", "seccomp is gone",
                "@swap gained swapmove and lost swapoff",
            ])
    }

    @Test("what later systemds changed is told of profiles that it concerns")
    func meanings() {
        func told(_ ids: Set<String>, _ from: Int, _ to: Int) -> Int {
            MeaningChange.concerning(Profile(recorded: ids), from: from, to: to).count
        }
        #expect(told(["User=x", "LockPersonality=yes"], 252, 257) == 1)
        #expect(told(["User=x", "LockPersonality=yes"], 257, 252) == 1)
        #expect(told(["User=x", "LockPersonality=yes", "NoNewPrivileges=yes"], 252, 257) == 0)
        #expect(told(["LockPersonality=yes"], 252, 257) == 0)
        #expect(told(["MemoryDenyWriteExecute=yes"], 252, 262) == 1)
        #expect(told(["MemoryDenyWriteExecute=yes"], 257, 262) == 0)
    }
}
