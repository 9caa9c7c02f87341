import Fixtures
import Foundation
import Lab
import Reports
import Testing

extension EndToEnd {
    /// What stands in Examples/Check, run as it stands there.
    @Suite("its examples of checks work", .serialized)
    struct CheckExamplesTests {
        private static let examples = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Examples/Check").path
        private static func text(_ name: String) throws -> String {
            try String(contentsOfFile: "\(examples)/\(name)", encoding: .utf8)
        }

        /// This machine with the example's files where they belong.
        private func inMachine(
            _ body:
                @Sendable (_ run: @escaping @Sendable (String) async throws -> LabOutput)
                async throws ->
                Void
        ) async throws {
            try await withThisMachine(binding: [Self.examples]) { run in
                let ready = try await run(
                    """
                    cp \(Self.examples)/temper-check.* /etc/systemd/system/
                    cp \(Self.examples)/90temper-check /etc/apt/apt.conf.d/
                    # The lab has what this machine has on record.
                    rm -f /var/lib/temper/trials.sqlite*
                    systemctl daemon-reload
                    """)
                try #require(ready.status == 0, "\(ready.stderr)")
                try await body(run)
            }
        }

        @Test("apt queues a check of what it changed, which finds a regression by itself")
        func apt() async throws {
            try await inMachine { run in
                // Two versions of a small package; the second needs what the drop-in forbids.
                for (version, need) in [("1", ":"), ("2", "unshare --uts true")] {
                    let built = try await run(
                        """
                        d=/root/small_\(version); mkdir -p $d/DEBIAN $d/usr/bin \
                            $d/usr/lib/systemd/system
                        printf '%s\\n' 'Package: small' 'Version: \(version)' 'Architecture: all' \
                            'Maintainer: nobody <n@example.org>' 'Description: small' \
                            > $d/DEBIAN/control
                        printf '%s\\n' '#!/bin/sh' '\(need) || exit 1' 'systemd-notify --ready' \
                            'exec sleep 1000' > $d/usr/bin/small
                        chmod 755 $d/usr/bin/small
                        printf '%s\\n' '[Service]' 'Type=notify' 'NotifyAccess=all' \
                            'ExecStart=/usr/bin/small' '[X-Temper]' 'Probe=true' \
                            > $d/usr/lib/systemd/system/small.service
                        dpkg-deb --build $d /root/small_\(version).deb
                        """)
                    try #require(built.status == 0, "\(built.stderr)")
                }
                let install =
                    "DEBIAN_FRONTEND=noninteractive apt-get install -y "
                    + "-o APT::Sandbox::User=root /root/small_%.deb"
                let first = try await run(install.replacing("%", with: "1"))
                try #require(first.status == 0, "\(first.stderr)")
                // Nothing is on record yet: the queued check has nothing to do.
                let idle = try await run(Self.waiting + "systemctl is-failed temper-check || true")
                #expect(idle.stdout.contains("inactive"), "\(idle.stdout)")
                let hardened = try await run(
                    "temper harden small --quiet --json --max-trials 12 >/root/hardened")
                try #require(hardened.status == 0, "\(hardened.stderr)")
                let second = try await run(install.replacing("%", with: "2"))
                try #require(second.status == 0, "\(second.stderr)")
                let outcome = try await run(
                    Self.waiting
                        + "systemctl show -p ExecMainStatus --value temper-check; "
                        + "journalctl -o cat -u temper-check")
                #expect(outcome.stdout.hasPrefix("1\n"), "\(outcome.stdout)")
                #expect(outcome.stdout.contains("REGRESSED"), "\(outcome.stdout)")
                #expect(outcome.stdout.contains("small 1 → 2"))
                // The same command as that of dnf's action, and the timer and the path unit.
                let again = try await run(
                    "sed -n 's/^post_transaction:*//p' \(Self.examples)/temper.actions | sh; "
                        + "systemctl start temper-check.timer temper-check.path; "
                        + "systemctl is-active temper-check.timer temper-check.path; "
                        + "systemctl stop temper-check.timer temper-check.path")
                #expect(again.status == 0 && again.stdout == "active\nactive\n", "\(again)")
                // The fleet's command, with the outcomes that its playbook expects.
                let playbook = try Self.text("fleet.yml")
                let command = try #require(
                    playbook.split(separator: "\n").first { $0.contains("cmd: ") })
                let line = command.trimmingPrefix(while: { $0 == " " }).dropFirst("cmd: ".count)
                let fleet = try await run(
                    Self.waiting + "status=0; \(line) || status=$?; echo $status >&2")
                let report = try JSONDecoder().decode(
                    CheckReport.self, from: Data(fleet.stdout.utf8))
                #expect(fleet.stderr == "1\n")
                #expect(report.units.map(\.standing) == [.regressed])
            }
        }

        /// Until the queued check has ended.
        private static let waiting = """
            for i in $(seq 600); do
                case $(systemctl show -p ActiveState --value temper-check) in
                inactive | failed) [ -z "$(systemctl list-jobs --no-legend temper-check.service \
                    2>/dev/null)" ] && break ;;
                esac
                sleep 0.1
            done

            """

        @Test("the jobs of packagers end with the status of the check, and leave JUnit's XML")
        func packagers() async throws {
            try await withState { state in
                let record = URL(filePath: #filePath).deletingLastPathComponent()
                    .appending(path: "Records/redis.temper").path
                let environment = [
                    "PATH": Tool.directory + ":/usr/sbin:/usr/bin:/sbin:/bin", "RECORDS": state,
                    "TREE": Release.bookworm.root,
                    "TREES": URL(filePath: Release.bookworm.root).deletingLastPathComponent().path,
                ]
                try FileManager.default.copyItem(
                    atPath: record, toPath: state + "/redis-server.temper")
                func run(_ script: String) async throws -> BuiltProduct.Report {
                    // Root's records are the machine's, and what these leave is of no use to it.
                    let place = "/var/lib/temper"
                    return try await runProgram(
                        "/usr/bin/env",
                        environment.map { "\($0.key)=\($0.value)" } + [
                            "unshare", "--mount", "sh", "-euc",
                            "mkdir -p \(place); mount -t tmpfs -o mode=755 temper \(place); "
                                + "cd \(state); \(script)",
                        ])
                }
                let tests = try await run("\(Self.examples)/autopkgtest")
                #expect(tests.status == 0, "\(tests.output) \(tests.errors)")
                #expect(tests.output.contains("passes under its profile"))
                let job = try await run(
                    "\(Self.examples)/ci-job redis-server.temper redis-server bookworm")
                #expect(job.status == 0, "\(job.errors)")
                let junit = try String(
                    contentsOfFile: state + "/hardening-bookworm.xml", encoding: .utf8)
                #expect(junit.contains("tests=\"1\" failures=\"0\" errors=\"0\""))
            }
        }
    }
}
