import Hardening

/// Needs of rights: capabilities, users, and what the kernel lets only some do.
extension Breakage {
    private static func lacking(
        _ capability: String, _ calls: [String], _ acts: String, name: String
    ) -> Breakage {
        Breakage(
            name: name, conflict: ["CapabilityBoundingSet=~\(capability)"],
            truth: .call(calls, .init(capability: capability)), acts: acts)
    }

    static let ofRights =
        [
            lacking(
                "CAP_CHOWN", ["chown", "fchownat"],
                "wrote('/var/lib/break/c'); need(chown(1, 1, '/var/lib/break/c'), 'owner');",
                name: "chown"),
            lacking(
                "CAP_SETUID", ["setresuid", "setuid", "setreuid"],
                "need(POSIX::setuid(1), 'user');", name: "setuid"),
            lacking(
                "CAP_SETGID", ["setresgid", "setgid", "setregid"],
                "need(POSIX::setgid(1), 'group');", name: "setgid"),
            lacking(
                "CAP_NET_BIND_SERVICE", ["bind"],
                "need(bound(AF_INET, pack_sockaddr_in(77, INADDR_LOOPBACK)), 'port');",
                name: "low-port"),
            lacking(
                "CAP_NET_RAW", ["socket"], "need(socket(my $s, AF_INET, SOCK_RAW, 1), 'raw');",
                name: "raw"),
            lacking(
                "CAP_SYS_CHROOT", ["chroot"], "need(chroot('/srv'), 'root');", name: "chroot"),
            lacking(
                "CAP_MKNOD", ["mknod", "mknodat"],
                """
                unlink '/var/lib/break/n';
                need(run_ok('mknod', '/var/lib/break/n', 'c', '1', '3'), 'node');
                """, name: "mknod"),
            lacking(
                "CAP_FOWNER", ["chmod", "fchmodat"],
                "need(chmod(0600, '/var/lib/break/foreign'), 'mode');", name: "fowner"),
            lacking(
                "CAP_DAC_OVERRIDE", ["openat", "open"],
                "need(wrote('/var/lib/break/foreign'), 'foreign');", name: "dac"),
            lacking(
                "CAP_SYS_NICE", ["setpriority", "sched_setattr"],
                "need(run_ok('renice', '-n', '-5', '-p', $$), 'priority');", name: "nice"),
            lacking(
                "CAP_KILL", ["kill"],
                #"""
                my $pid = fork;
                if (!$pid) { POSIX::setuid(1); sleep 100; POSIX::_exit(0) }
                sleep 0.2 until do { my @s = stat("/proc/$pid"); $s[4] == 1 };
                my $ok = kill('TERM', $pid); my $why = "$!";
                system("setpriv --reuid 1 --clear-groups kill -9 $pid 2>/dev/null");
                $ok or die "kill: $why\n";
                """#, name: "kill-other"),
            lacking(
                "CAP_SYS_ADMIN", ["mount", "fsopen", "move_mount", "fsmount"],
                "need(run_ok('mount', '-t', 'tmpfs', 'x', '/mnt'), 'mount');", name: "admin"),
            Breakage(
                name: "reload", conflict: ["CapabilityBoundingSet=~CAP_CHOWN"],
                truth: .call(["fchownat"], .init(capability: "CAP_CHOWN", caller: "chown")),
                acts: "sleep 1000;",
                settings: [
                    "Type=exec", "ExecReload=/bin/chown daemon /var/lib/break/shared-file",
                ]),
            Breakage(
                name: "start-pre", conflict: ["CapabilityBoundingSet=~CAP_CHOWN"],
                truth: .call(["fchownat"], .init(capability: "CAP_CHOWN", caller: "chown")),
                settings: ["ExecStartPre=/bin/chown daemon /var/lib/break/shared-file"]),
            Breakage(
                name: "stop-post", conflict: ["ProtectSystem=full"],
                truth: .path("/etc/break-stop"),
                acts: "sleep 1000;",
                settings: ["Type=exec", "ExecStop=/bin/sh -c ': > /etc/break-stop'"]),
            Breakage(
                name: "ambient", conflict: ["AmbientCapabilities="],
                truth: .capability("CAP_NET_BIND_SERVICE", by: "bind"),
                acts: "need(bound(AF_INET, pack_sockaddr_in(77, INADDR_LOOPBACK)), 'port');",
                settings: ["User=daemon", "AmbientCapabilities=CAP_NET_BIND_SERVICE"]),
            Breakage(
                name: "groups-of-user", conflict: ["SupplementaryGroups="],
                truth: .path("/var/lib/break/of-adm"),
                acts: "need(read_ok('/var/lib/break/of-adm'), 'log');",
                settings: ["User=daemon", "SupplementaryGroups=adm"]),
            Breakage(
                name: "set-user-id", conflict: ["NoNewPrivileges=yes"],
                truth: .path("/var/lib/break/secret"),
                acts: "need(run_ok('/var/lib/break/suid-cat', '/var/lib/break/secret'), 'secret');",
                settings: ["User=daemon", "StandardOutput=null"]),
            Breakage(
                name: "users-port", conflict: ["PrivateUsers=yes"],
                truth: .capability("CAP_NET_BIND_SERVICE", by: "bind"),
                acts: "need(bound(AF_INET, pack_sockaddr_in(77, INADDR_LOOPBACK)), 'port');"),
            Breakage(
                name: "users-other", conflict: ["PrivateUsers=yes"],
                truth: .call(["setresuid", "setuid", "setreuid"]),
                acts: "need(POSIX::setuid(1), 'user');"),
            Breakage(
                name: "as-user", conflict: ["User=daemon"], truth: .path("/var/lib/break/secret"),
                acts: "need(read_ok('/var/lib/break/secret'), 'secret');",
                usage: .with(\.user, "daemon")),
        ]
}
