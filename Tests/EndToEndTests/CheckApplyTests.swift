import Fixtures
import Foundation
import Lab
import Reports
import Testing

extension EndToEnd {
    /// A lab is the machine: what is installed on it, and how its service fares.
    @Suite("a check installs what passes now", .serialized)
    struct CheckApplyTests {
        private typealias Shell = @Sendable (String) async throws -> LabOutput

        private static let dropIn = "/etc/systemd/system/small.service.d/50-temper.conf"
        private static let state =
            "systemctl show small -p ActiveState -p SubState -p DropInPaths --value"
        private static let leftovers = """
            find /run/systemd /etc/systemd -name 'zz-temper-trial*' -o -name '.50-temper*' \
                -o -name 50-temper.conf -path '/run/*'
            systemctl list-units --all --plain --no-legend 'temper*'
            """

        /// A version of a small service; a failing one is started again in an hour.
        private static func version(_ needs: String) -> String {
            small(
                "#!/bin/sh\n\(needs)\nsystemd-notify --ready\nexec sleep 1000",
                settings: "Restart=on-failure\nRestartSec=1h\n")
        }

        /// A shell script that installs a service of this program and starts it.
        private static func small(_ program: String, settings: String = "") -> String {
            """
            cat >/usr/local/bin/small <<'END'
            \(program)
            END
            chmod 755 /usr/local/bin/small
            cat >/etc/systemd/system/small.service <<'END'
            [Service]
            Type=notify
            NotifyAccess=all
            ExecStart=/usr/local/bin/small
            \(settings)[X-Temper]
            Probe=true
            END
            systemctl daemon-reload
            systemctl restart small

            """
        }

        private static func check(
            _ arguments: String, _ run: Shell
        ) async throws -> (result: UnitCheck, status: Int32) {
            let output = try await run("temper check small --quiet --format json \(arguments)")
            let report = try JSONDecoder().decode(
                CheckReport.self, from: Data(output.stdout.utf8))
            #expect(report.exitStatus == output.status, "\(output.stderr)")
            return (try #require(report.units.first), output.status)
        }

        private static func said(_ script: String, _ run: Shell) async throws -> String {
            try await run(script).stdout
        }

        @Test(
            "an upgrade breaks the installed drop-in: another is installed, or all stays as it was")
        func upgrade() async throws {
            try await withThisMachine { run in
                let hardened = try await run(
                    Self.version(":") + "temper harden small --apply --quiet --max-trials 12")
                try #require(hardened.status == 0, "\(hardened.stderr)")
                let broken = try await run(Self.version("unshare --uts true || exit 1"))
                #expect(broken.status != 0)
                #expect(try await Self.said(Self.state, run).contains("auto-restart"))
                try await mends(run)
                try await rollsBack(run)
                try await handsOff(run)
                let reverted = try await run("temper revert small; \(Self.state)")
                #expect(reverted.stdout.contains("active\nrunning\n\n"), "\(reverted)")
                #expect(try await run("test -e \(Self.dropIn)").status != 0)
            }
        }

        private func mends(_ run: Shell) async throws {
            let (result, status) = try await Self.check("--apply", run)
            #expect(result.standing == .regressed && status == 0, "\(result)")
            #expect(result.applied?.path == Self.dropIn, "\(result.notApplied ?? "")")
            #expect(result.offer?.verified == true && result.notApplied == nil)
            #expect(
                try await Self.said(Self.state, run) == "active\nrunning\n\(Self.dropIn)\n")
            let installed = try await Self.said("cat \(Self.dropIn)", run)
            #expect(installed.contains(result.offer?.dropIn ?? "no offer"))
            #expect(installed.contains("temper revert small.service"))
            let left = try await Self.said(Self.leftovers, run)
            #expect(left == "")
            // What is installed now is what the next check is of.
            #expect(try await Self.check("--if-changed", run).result.standing == .unchanged)
            let (next, _) = try await Self.check("--apply", run)
            #expect(next.standing == .passed && next.trials == 1 && next.offer == nil)
            #expect(next.applied == nil && next.notApplied == nil)
            let history = try await Self.said("temper history small", run)
            #expect(history.contains("check: regressed") && history.contains("installed"))
        }

        /// What only this machine has, and no lab of it: the drop-in fails on the real unit.
        private func rollsBack(_ run: Shell) async throws {
            let spoilt = Self.version(
                "unshare --uts --net true || exit 1\n"
                    + "! test -e /run/spoilt || touch /srv/touched || exit 1")
            #expect(try await run("touch /run/spoilt\n" + spoilt).status != 0)
            let before = try await Self.said("cat \(Self.dropIn); \(Self.state)", run)
            #expect(before.contains("auto-restart"))
            let (result, status) = try await Self.check("--apply", run)
            #expect(result.standing == .regressed && status == 1, "\(result)")
            #expect(result.applied == nil && result.offer?.verified == true)
            let why = result.notApplied ?? ""
            #expect(why.contains("small.service of this machine fails with the drop-in"), "\(why)")
            #expect(why.hasSuffix("everything is as it was"), "\(why)")
            #expect(try await Self.said("cat \(Self.dropIn); \(Self.state)", run) == before)
            let left = try await Self.said(Self.leftovers, run)
            #expect(left == "")
        }

        /// A drop-in that was changed by hand is the administrator's.
        private func handsOff(_ run: Shell) async throws {
            _ = try await run("rm /run/spoilt; echo ProtectClock=yes >>\(Self.dropIn)")
            let before = try await Self.said("cat \(Self.dropIn)", run)
            let (result, status) = try await Self.check("--apply", run)
            #expect(result.standing == .regressed && status == 1)
            #expect(result.notApplied?.contains("is not as temper wrote it") == true)
            #expect(try await Self.said("cat \(Self.dropIn)", run) == before)
            let forced = try await run("temper check small --apply --force --quiet")
            #expect(forced.status == 0, "\(forced.stderr)")
            #expect(forced.stdout.contains("What passes now is installed"), "\(forced.stdout)")
            #expect(try await Self.said(Self.state, run).hasPrefix("active\nrunning\n"))
        }

        @Test("what could be tightened passed on the real unit, and is installed when asked for")
        func tightening() async throws {
            try await withThisMachine { run in
                let hardened = try await run(
                    Self.version("unshare --uts true || exit 1")
                        + "temper harden small --apply --quiet --fast")
                try #require(hardened.status == 0, "\(hardened.stderr)")
                let before = try await Self.said("cat \(Self.dropIn)", run)
                try #require(try await run(Self.version(":")).status == 0)
                let (told, status) = try await Self.check("", run)
                #expect(told.standing == .passed && status == 0)
                #expect(!told.tightenings.isEmpty)
                #expect(
                    told.tightenings.allSatisfy { $0.refusedBefore != nil }, "\(told.tightenings)")
                let offer = try #require(told.offer)
                #expect(offer.verified && told.applied == nil && told.notApplied == nil)
                #expect(try await Self.said("cat \(Self.dropIn)", run) == before)
                // Seen, and quiet from then on; but not forgotten.
                let (quiet, _) = try await Self.check("", run)
                #expect(quiet.tightenings.isEmpty && quiet.furtherTrials == 0)
                let (installed, _) = try await Self.check("--apply", run)
                #expect(installed.standing == .passed && installed.furtherTrials == 1)
                #expect(installed.applied?.path == Self.dropIn, "\(installed)")
                #expect(
                    Set(installed.tightenings.map(\.restriction))
                        == Set(told.tightenings.map(\.restriction)))
                #expect(installed.tightenings.allSatisfy { $0.refusedBefore != nil })
                #expect(installed.offer?.accepted == offer.accepted)
                #expect(try await Self.said("cat \(Self.dropIn)", run) != before)
                let (after, _) = try await Self.check("--apply", run)
                #expect(after.furtherTrials == 0 && after.offer == nil)
            }
        }

        /// It opens its files as root and becomes somebody else; the user of the profile is that
        /// from the start.
        private static func becoming(_ needs: String) -> String {
            "mkdir -p /var/lib/small\n"
                + small(
                    """
                    #!/usr/bin/perl
                    use POSIX; use Socket;
                    open(my $state, '>>', '/var/lib/small/state') or die 'state: ', $!;
                    POSIX::setgid(1); POSIX::setuid(1); $> == 1 or die 'nobody else: ', $!;
                    \(needs)
                    system('systemd-notify', '--ready') == 0 or die;
                    sleep 1000;
                    """)
        }

        @Test("files that have to change hands are left to the administrator")
        func ownership() async throws {
            try await withThisMachine { run in
                let hardened = try await run(
                    Self.becoming("") + "temper harden small --json --quiet --max-trials 30")
                try #require(hardened.status == 0, "\(hardened.stderr)")
                let result = try JSONDecoder().decode(
                    HardeningResult.self, from: Data(hardened.stdout.utf8))
                try #require(result.accepted.contains("User=daemon"), "\(result.accepted)")
                #expect(
                    try await run(
                        Self.becoming("socket(my $k, 16, SOCK_DGRAM, 0) or die 'netlink: ', $!;")
                    ).status == 0)
                let (refused, status) = try await Self.check("--apply", run)
                #expect(refused.standing == .regressed && status == 1, "\(refused)")
                let commands = try #require(refused.offer?.preparations)
                #expect(commands.contains { $0.hasPrefix("chown -R daemon /var/lib/small") })
                #expect(refused.notApplied?.contains(commands.joined(separator: "; ")) == true)
                #expect(try await run("test -e \(Self.dropIn)").status != 0)
                for command in commands { _ = try await run(command) }
                let (applied, _) = try await Self.check("--apply", run)
                #expect(applied.applied?.path == Self.dropIn, "\(applied)")
                #expect(
                    try await Self.said("systemctl show small -p User --value", run) == "daemon\n")
                #expect(try await Self.said(Self.state, run).hasPrefix("active\nrunning\n"))
            }
        }
    }
}
