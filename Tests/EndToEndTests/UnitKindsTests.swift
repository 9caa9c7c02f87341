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
