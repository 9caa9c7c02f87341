import Fixtures
import Reports
import Testing

extension EndToEnd {
    /// Units of kinds that were hardened wrongly once.
    @Suite("hardens units of every kind", .serialized)
    struct UnitKindsTests {
        private func harden(_ unit: String, _ arguments: String...) async throws -> HardeningResult
        {
            try await withTree(.trixie, units: ["kind.service": unit]) { root in
                try await withState { state in
                    let report = try await Tool.harden(
                        "kind", root: root, state: state,
                        ["--json", "--quiet", "--fast"] + arguments)
                    #expect(report.status == 0, "\(report.errors)")
                    return try Tool.result(report)
                }
            }
        }

        @Test("a main process that chose another root, below which nothing is mounted")
        func chroot() async throws {
            let result = try await harden(
                """
                [Service]
                Type=exec
                ExecStart=/usr/bin/perl -e "chroot(q(/srv)) or die; chdir(q(/)); sleep 100000"
                """, "--probe", "pgrep perl")
            #expect(result.verified)
            #expect(result.refused.map(\.restriction).contains("SystemCallFilter=~@privileged"))
        }

        @Test("one that the bus starts for whoever asks for its name")
        func activated() async throws {
            try await withTree(.trixie, units: [:]) { root in
                try await withState { state in
                    let report = try await Tool.harden(
                        "systemd-hostnamed", root: root, state: state,
                        [
                            "--json", "--fast", "--max-trials", "12", "--probe",
                            "busctl call org.freedesktop.hostname1 /org/freedesktop/hostname1 "
                                + "org.freedesktop.DBus.Peer Ping",
                        ])
                    #expect(report.status == 0, "\(report.errors)")
                    let result = try Tool.result(report)
                    #expect(result.verified)
                    #expect(!report.errors.contains("the original ran"), "\(report.errors)")
                }
            }
        }

        @Test("but none of type dbus that never takes its name")
        func nameless() async throws {
            let unit = """
                [Service]
                Type=dbus
                BusName=org.example.Nobody
                ExecStart=/bin/sleep 1000
                """
            try await withTree(.trixie, units: ["kind.service": unit]) { root in
                try await withState { state in
                    let report = try await Tool.harden(
                        "kind", root: root, state: state,
                        ["--quiet", "--start-period", "1s", "--probe", "true"])
                    #expect(report.status == 2)
                    #expect(
                        report.errors.contains(
                            "bus name org.example.Nobody: the name has no owner"))
                }
            }
        }

        /// Its child goes to its own place and writes there by a relative name, and to a /tmp that it
        /// shares with the probe.
        @Test("one whose child writes elsewhere: both places are tried as exceptions")
        func places() async throws {
            let result = try await harden(
                """
                [Service]
                Type=exec
                ExecStopPost=/bin/rm -f /tmp/shared /var/lib/misc/f
                ExecStart=/bin/sh -c '(cd /var/lib/misc && echo x > f) && \
                  echo x > /tmp/shared && exec sleep 1000'
                """, "--probe", "test -e /tmp/shared -a -e /var/lib/misc/f")
            #expect(result.verified && result.accepted.contains("ProtectSystem=strict"))
            #expect(!result.accepted.contains { $0.hasPrefix("PrivateTmp") })
            #expect(result.dropIn.contains("ReadWritePaths=-/tmp -/var/lib/misc"))
        }

        @Test("one that uses up what it starts with, where that is made anew before each start")
        func before() async throws {
            let unit = """
                [Service]
                Type=oneshot
                ExecStart=/bin/mv /srv/in /srv/out
                """
            let result = try await harden(
                unit, "--probe", "test -e /srv/out", "--before", "touch /srv/in")
            #expect(result.verified && result.exposure.after < 3)
            #expect(!result.skipped.contains { $0.what == "second start" })
        }

        /// It feeds its watchdog long after a trial's end, and no failure to do so is fatal.
        @Test("one whose watchdog would starve only later keeps the way to feed it")
        func watchdog() async throws {
            let unit = """
                [Service]
                Type=exec
                NotifyAccess=all
                WatchdogSec=20s
                ExecStart=/bin/sh -c 'while :; do sleep 8; systemd-notify WATCHDOG=1; done'
                """
            let result = try await harden(unit, "--probe", "pgrep sleep")
            #expect(result.verified)
            #expect(!result.notCarriedOver.contains { $0.setting == "WatchdogSec" })
            let family = "RestrictAddressFamilies=~AF_UNIX"
            #expect(!result.accepted.contains(family))
            let left = try #require(result.leftOut?.first { $0.restriction == family })
            #expect(left.because.hasPrefix("its watchdog (WatchdogSec=) is fed over AF_UNIX"))
        }
    }
}
