import Hardening

/// Needs of system calls, sockets and namespaces, and what fails before the service runs.
extension Breakage {
    private static func namespace(_ type: String, _ option: String) -> Breakage {
        Breakage(
            name: "namespace-\(type)", conflict: ["RestrictNamespaces=~\(type)"],
            truth: .call(["unshare"], .init(namespace: type, caller: "unshare")),
            acts: "need(run_ok('unshare', '\(option)', 'true'), 'namespace');")
    }

    private static func filtered(
        _ group: String, _ calls: [String], _ acts: String, name: String
    ) -> Breakage {
        Breakage(
            name: name, conflict: ["SystemCallFilter=~\(group)"], truth: .call(calls), acts: acts)
    }

    private static func family(_ name: String, _ acts: String) -> Breakage {
        Breakage(
            name: "family-\(name.dropFirst(3).lowercased())",
            conflict: ["RestrictAddressFamilies=~\(name)"],
            truth: .call(["socket"], .init(family: name)), acts: acts)
    }

    static let ofCalls =
        [
            namespace("mnt", "-m"), namespace("net", "-n"), namespace("user", "-U"),
            namespace("uts", "-u"),
            filtered(
                "@chown", ["chown", "fchownat"],
                "wrote('/var/lib/break/c'); need(chown(1, 1, '/var/lib/break/c'), 'owner');",
                name: "filter-chown"),
            filtered(
                "@setuid", ["setresuid", "setuid", "setreuid"], "need(POSIX::setuid(1), 'user');",
                name: "filter-setuid"),
            filtered(
                "@mount", ["mount", "fsopen", "fsmount", "move_mount"],
                "need(run_ok('mount', '-t', 'tmpfs', 'x', '/mnt'), 'mount');",
                name: "filter-mount"),
            filtered(
                "@resources", ["setpriority"],
                "need(run_ok('renice', '-n', '5', '-p', $$), 'priority');",
                name: "filter-resources"),
            filtered(
                "@aio", ["io_setup"], "allowed('aio', nr(206, 0), 1, my $x = pack('Q', 0));",
                name: "filter-aio"),
            filtered(
                "@keyring", ["keyctl"], "allowed('keys', nr(250, 219), 0, -3, 0);",
                name: "filter-keyring"),
            filtered(
                "@memlock", ["mlock"],
                "my $page = 'x' x 4096; allowed('lock', nr(149, 228), $page, 1);",
                name: "filter-memlock"),
            filtered(
                "@sync", ["fsync"],
                "use IO::Handle; open(my $f, '>', '/var/lib/break/s'); need($f->sync, 'sync');",
                name: "filter-sync"),
            filtered(
                "@debug", ["ptrace", "perf_event_open"],
                "allowed('trace', nr(298, 241), 0, 0, 0, 0, 0);", name: "filter-debug"),
            Breakage(
                name: "allow-list", conflict: ["SystemCallFilter=@system-service"],
                truth: .call(["fanotify_init"]), acts: "allowed('watch', nr(300, 262), 0, 0);"),
            Breakage(
                name: "killed",
                conflict: ["SystemCallErrorNumber=kill", "SystemCallFilter=~@chown"],
                truth: .kill("chown", "fchownat"),
                acts: "wrote('/var/lib/break/c'); chown(1, 1, '/var/lib/break/c'); 1;"),
            Breakage(
                name: "killed-child",
                conflict: ["SystemCallErrorNumber=kill", "SystemCallFilter=~@mount"],
                truth: .call(
                    ["mount", "fsopen", "open_tree", "fsmount", "move_mount"],
                    .init(caller: "mount", isKill: true)),
                acts: "system('mount -t tmpfs x /mnt'); 1;"),
            Breakage(
                name: "realtime", conflict: ["RestrictRealtime=yes"],
                truth: .call(["sched_setscheduler", "sched_setattr"], .init(caller: "chrt")),
                acts: "need(run_ok('chrt', '-f', '1', 'true'), 'realtime');"),
            Breakage(
                name: "set-id", conflict: ["RestrictSUIDSGID=yes"],
                truth: .path("/var/lib/break/m", by: "chmod", "fchmodat"),
                acts: "wrote('/var/lib/break/m'); need(chmod(04755, '/var/lib/break/m'), 'mode');"),
            Breakage(
                name: "personality", conflict: ["LockPersonality=yes"],
                truth: .call(["personality"], .init(caller: "setarch")),
                acts: "need(run_ok('setarch', '-R', 'true'), 'personality');"),
            Breakage(
                name: "code", conflict: ["MemoryDenyWriteExecute=yes"], truth: .call(["mmap"]),
                acts: "allowed('code', nr(9, 222), 0, 4096, 7, 0x22, -1, 0);"),
            Breakage(
                name: "code-crash", conflict: ["MemoryDenyWriteExecute=yes"],
                truth: .call(["mmap"]),
                acts: #"""
                    syscall(nr(9, 222), 0, 4096, 7, 0x22, -1, 0) == -1 && $!{EACCES}
                        and kill 'SEGV', $$;
                    """#),
            Breakage(
                name: "log", conflict: ["ProtectKernelLogs=yes"], truth: .path("/dev/kmsg"),
                acts: "need(open(my $f, '>', '/dev/kmsg'), 'log');"),
            Breakage(
                name: "clock", conflict: ["ProtectClock=yes"], truth: .call(["adjtimex"]),
                acts: "allowed('clock', nr(159, 171), my $t = pack('x256'));"),
            Breakage(
                name: "hostname", conflict: ["ProtectHostname=yes"],
                truth: .call(["sethostname"], .init(caller: "hostname")),
                acts: "need(run_ok('hostname', 'broken'), 'name');"),
            Breakage(
                name: "queue", conflict: ["PrivateIPC=yes"], truth: .call(["msgget"]),
                acts: "need(defined msgget(0x77, 0), 'queue');"),
            family("AF_INET6", "need(socket(my $s, AF_INET6, SOCK_STREAM, 0), 'IPv6');"),
            family("AF_UNIX", "need(socket(my $s, AF_UNIX, SOCK_STREAM, 0), 'local');"),
            family("AF_NETLINK", "need(socket(my $s, 16, SOCK_RAW, 0), 'netlink');"),
            family("AF_PACKET", "need(socket(my $s, 17, SOCK_DGRAM, 0), 'packets');"),
            Breakage(
                name: "either",
                conflict: [
                    "RestrictAddressFamilies=~AF_INET6", "RestrictAddressFamilies=~AF_INET",
                ],
                truth: .call(["socket"], .init(family: "AF_INET6")),
                acts: #"""
                    socket(my $s, AF_INET, SOCK_STREAM, 0) or socket($s, AF_INET6, SOCK_STREAM, 0)
                        or die "no network: $!\n";
                    """#),
            Breakage(
                name: "bind", conflict: ["SocketBindDeny=any"],
                truth: .call(["bind"], .init(family: "AF_INET", port: 7777)),
                acts: "need(bound(AF_INET, pack_sockaddr_in(7777, INADDR_LOOPBACK)), 'port');"),
            Breakage(
                name: "port-exception", conflict: ["SocketBindAllow=~tcp:7777"],
                truth: .call(["bind"], .init(family: "AF_INET", port: 7777)),
                acts: "need(bound(AF_INET, pack_sockaddr_in(7777, INADDR_LOOPBACK)), 'port');",
                usage: .with(\.ports, ["tcp:7777"])),
        ] + ofNetwork + ofPreparations

    private static let server = #"""
        my $server = IO::Socket::INET->new(
            Listen => 5, LocalAddr => '127.0.0.1', LocalPort => 7778, ReuseAddr => 1) or die "$!\n";
        while (my $client = $server->accept) { print $client "ok\n"; close $client }
        """#

    private static let question =
        "timeout 1 perl -MIO::Socket::INET -e 'my $s = IO::Socket::INET->new("
        + "\"127.0.0.1:7778\") or exit 2; exit(<$s> ne \"ok\\n\")'"

    private static let ofNetwork = ["PrivateNetwork=yes", "IPAddressDeny=any"].map { id in
        Breakage(
            name: "reach-\(id.prefix { $0 != "=" }.lowercased())", conflict: [id], truth: .reach,
            acts: server, settings: ["Type=exec"], probe: question)
    }

    private static let ofPreparations = [
        Breakage(
            name: "directory", conflict: ["ProtectHome=yes"],
            truth: .step("200/CHDIR", path: "/home/break"),
            settings: ["WorkingDirectory=/home/break"]),
        Breakage(
            name: "program-in-home", conflict: ["ProtectHome=yes"],
            truth: .step("203/EXEC", path: "/home/break/tool"),
            settings: ["ExecStart=/home/break/tool"]),
        Breakage(
            name: "program-in-state", conflict: ["NoExecPaths=writable"],
            truth: .step("203/EXEC", path: "/var/lib/break/tool"),
            settings: ["ExecStart=/var/lib/break/tool"]),
        Breakage(
            name: "output", conflict: ["DevicePolicy=closed"],
            truth: .step("209/STDOUT", path: "/dev/break-log"),
            settings: ["StandardOutput=append:/dev/break-log"]),
        Breakage(
            name: "notifies", conflict: ["NotifyAccess=main"],
            truth: .said("notifications"),
            acts: #"""
                my $pid = fork;
                if (!$pid) {
                    socket(my $s, AF_UNIX, SOCK_DGRAM, 0);
                    send($s, 'READY=1', 0, pack_sockaddr_un($ENV{NOTIFY_SOCKET}));
                    sleep 1000;
                }
                waitpid $pid, 0;
                """#,
            settings: [
                "Type=notify", "NotifyAccess=all", "TimeoutStartSec=2",
            ]),
    ]
}
