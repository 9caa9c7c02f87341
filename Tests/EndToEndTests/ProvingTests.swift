import Fixtures
import Foundation
import Reports
import Testing

extension EndToEnd {
    /// What no trial of a copy shows: a copy meets what earlier ones left.
    @Suite("takes the real unit through what a service lives through", .serialized)
    struct ProvingTests {
        /// As many root daemons do: on its first start it makes a directory below /run, gives it to
        /// its user and becomes that user. On SIGHUP it changes the owner of a file of its own.
        private static let program = """
            use strict; use Socket;
            my ($user, $group) = (getpwnam 'www-data')[2, 3];
            unless (-d '/run/firstly') {
                mkdir '/run/firstly' or die "mkdir: $!"; chown $user, $group, '/run/firstly' or die "chown: $!" }
            my $parent = $$;
            my $child = fork // die;
            if (!$child) { $) = "$group $group"; $( = $group; $< = $> = $user; die if $> != $user;
                open my $f, '>', '/run/firstly/here' or die "open: $!"; close $f;
                socket my $s, AF_INET, SOCK_STREAM, 0 or die;
                setsockopt $s, SOL_SOCKET, SO_REUSEADDR, 1;
                bind $s, pack_sockaddr_in(7812, INADDR_LOOPBACK) or die "bind: $!"; listen $s, 5;
                while (1) { accept my $client, $s or next; syswrite $client, "ok\\n"; close $client } }
            $SIG{TERM} = sub { kill 'KILL', $child; exit 0 };
            $SIG{USR1} = sub { chmod 0640, '/etc/hostname' or do { warn "rotate: $!"; kill 'KILL', $child; exit 1 } };
            while (1) { sleep 1000 }
            """
        private static let unit = """
            [Service]
            Type=exec
            ExecStart=/usr/bin/perl /usr/local/bin/firstly
            [X-Temper]
            ProbeTCP=127.0.0.1:7812
            """
        /// Its package's own, which no probe runs.
        private static let daily = """
            #!/bin/sh
            kill -USR1 $(systemctl show -P MainPID firstly)
            sleep 0.2
            """

        private func harden(
            _ unit: String, _ program: String, daily: String? = nil
        ) async throws -> (status: Int32, result: HardeningResult) {
            try await withTree(
                .trixie, units: ["firstly.service": unit], programs: ["firstly": program]
            ) { root in
                if let daily {
                    let path = "\(root)/etc/cron.daily/firstly"
                    try daily.write(toFile: path, atomically: true, encoding: .utf8)
                    try FileManager.default.setAttributes(
                        [.posixPermissions: 0o755], ofItemAtPath: path)
                }
                return try await withState { state in
                    let report = try await Tool.harden(
                        "firstly", root: root, state: state,
                        ["--json", "--quiet", "--fast", "--keep", "User"])
                    return (report.status, try Tool.result(report))
                }
            }
        }

        @Test("a first start that lacks one thing after the other is opened until it passes")
        func chain() async throws {
            let (status, result) = try await harden(Self.unit, Self.program, daily: Self.daily)
            #expect(status == 0 && result.verified, "\(result.warnings)")
            #expect(result.unproved == nil)
            #expect(
                result.livedThrough
                    == ["first start", "cron (/etc/cron.daily/firstly)", "restart", "boot"])
            func because(_ restriction: String) -> String {
                result.refused.first { $0.restriction == restriction }?.because ?? "taken"
            }
            #expect(because("SystemCallFilter=~@chown").hasPrefix("the proving: "))
            #expect(because("CapabilityBoundingSet=~CAP_CHOWN").hasPrefix("the proving: "))
            // What its daily script has it do is a matter of the proving as well.
            #expect(
                because("ProtectSystem=full").hasPrefix(
                    "the proving: cron (/etc/cron.daily/firstly): "))
            #expect(result.dropIn.contains("ProtectSystem=yes\n"))
            // Whose refusal the trial on record shows.
            for refused in result.refused {
                #expect(refused.trial >= 1 && refused.trial <= result.trials)
            }
        }

        /// As loggers do: a log is made where it is not there, for a group, and given to it; one is
        /// named after the machine; one that was begun anew is made with the next line.
        private static let logger = """
            use strict; use Socket;
            my $group = getgrnam 'adm';
            open my $name, '<', '/etc/hostname' or die; chomp(my $host = <$name>);
            sub written { my $path = shift; my $isNew = !-e $path; open my $f, '>>', $path or die "open: $!";
                if ($isNew) { chmod 0640, $path; chown 0, $group, $path or warn "chown: $!" } $f }
            mkdir '/var/log/lately';
            my ($all, $rare) = (written('/var/log/lately/all'), written('/var/log/lately/rare'));
            my $own = written("/var/log/lately/of-$host");
            $SIG{HUP} = sub { close $rare; close $all; $all = written('/var/log/lately/all') };
            $SIG{TERM} = sub { exit 0 };
            socket my $s, AF_INET, SOCK_STREAM, 0 or die; setsockopt $s, SOL_SOCKET, SO_REUSEADDR, 1;
            bind $s, pack_sockaddr_in(7812, INADDR_LOOPBACK) or die "bind: $!"; listen $s, 5;
            while (1) { accept my $client, $s or next; syswrite $client, "ok\\n"; close $client }
            """
        private static let rotation = """
            #!/bin/sh
            cd /var/log/lately && for log in all rare; do mv -f $log $log.1 || :; done
            kill -HUP $(systemctl show -P MainPID firstly)
            sleep 0.2
            """

        @Test("a log that is not there after a rotation, as it is, is no fault")
        func lateLog() async throws {
            let (status, result) = try await harden(Self.unit, Self.logger, daily: Self.rotation)
            #expect(status == 0 && result.verified, "\(result.warnings)")
            #expect(result.unproved == nil)
            #expect(
                result.livedThrough
                    == ["first start", "cron (/etc/cron.daily/firstly)", "restart", "boot"])
            let proved = result.refused.filter { $0.because.hasPrefix("the proving: ") }
            #expect(
                Set(proved.map(\.restriction)) == [
                    "SystemCallFilter=~@chown", "CapabilityBoundingSet=~CAP_CHOWN",
                    // The group is nobody's there.
                    "PrivateUsers=yes",
                ])
            #expect(result.trials < 60)
        }

        @Test("what has to be done before each start is done where it never ran, too")
        func before() async throws {
            let unit = """
                [Service]
                Type=exec
                ExecStartPre=/bin/rm /run/once
                ExecStart=/bin/sleep 1000
                [X-Temper]
                Before=touch /run/once
                Probe=true
                """
            let (status, result) = try await harden(unit, "")
            #expect(status == 0 && result.verified, "\(result.warnings)")
            #expect(
                result.livedThrough == ["first start", "restart", "boot"], "\(result.skipped)")
        }

        @Test("what the service as it is does not live through is left out, and said")
        func unfit() async throws {
            // It finds what it needs only until the next boot.
            let unit = Self.unit.replacing(
                "ExecStart=",
                with: "ExecStartPre=/bin/sh -c 'test -e /var/lib/once || touch /run/once; "
                    + "touch /var/lib/once; test -e /run/once'\nExecStart=")
            let (status, result) = try await harden(unit, Self.program)
            #expect(status == 0 && result.verified)
            #expect(result.livedThrough == ["first start", "restart"])
            #expect(
                result.warnings.contains {
                    $0.hasPrefix(
                        "not part of the proving: boot: the service as it is fails in it: start: ")
                }, "\(result.warnings)")
        }
    }
}
