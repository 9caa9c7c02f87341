import Hardening

/// Needs of files, devices and places.
extension Breakage {
    static let ofFiles = [
        Breakage(
            name: "usr", conflict: ["ProtectSystem=yes"], truth: .path("/usr/break"),
            acts: "need(wrote('/usr/break'), 'usr');"),
        Breakage(
            name: "etc", conflict: ["ProtectSystem=full"], truth: .path("/etc/break"),
            acts: "need(wrote('/etc/break'), 'etc');"),
        Breakage(
            name: "state", conflict: ["ProtectSystem=strict"], truth: .path("/var/lib/break/x"),
            acts: "need(wrote('/var/lib/break/x'), 'state');"),
        Breakage(
            name: "silent", conflict: ["ProtectSystem=strict"], truth: .path("/var/lib/break/y"),
            acts: "wrote('/var/lib/break/y') or POSIX::_exit(1);"),
        // Refused as well, and it can do without.
        Breakage(
            name: "decoy-before", conflict: ["ProtectSystem=strict"],
            truth: .path("/srv/break-file"),
            acts: "wrote('/opt/break'); need(wrote('/srv/break-file'), 'state');"),
        Breakage(
            name: "decoy-after", conflict: ["ProtectSystem=strict"],
            truth: .path("/srv/break-file"),
            acts: #"""
                my $ok = wrote('/srv/break-file') or print STDERR "no /srv/break-file: $!\n";
                wrote('/opt/break-end');
                $ok or POSIX::_exit(1);
                """#),
        Breakage(
            name: "working-directory", conflict: ["ProtectHome=read-only"], truth: .path("here"),
            acts: "need(wrote('here'), 'home');", settings: ["WorkingDirectory=/home/break"]),
        // Nothing that it cannot do without is refused: it looks at the mount by itself.
        Breakage(
            name: "looks-itself", conflict: ["ProtectSystem=strict"],
            truth: .said("the root is mounted ro"),
            acts: #"""
                wrote('/opt/break');
                open(my $mounts, '<', '/proc/self/mountinfo') or die "$!\n";
                /^\S+ \S+ \S+ \S+ \/ ro/ and die "error: the root is mounted ro\n" while <$mounts>;
                """#),
        Breakage(
            name: "socket-file", conflict: ["ProtectSystem=strict"],
            truth: .path("/srv/break.sock", by: "bind"),
            acts: #"""
                need(bound(AF_UNIX, pack_sockaddr_un('/srv/break.sock')), 'socket');
                unlink '/srv/break.sock';
                """#),
        Breakage(
            name: "home-writes", conflict: ["ProtectHome=read-only"], truth: .path("/home/break/x"),
            acts: "need(wrote('/home/break/x'), 'home');"),
        Breakage(
            name: "home-empty", conflict: ["ProtectHome=tmpfs"], truth: .path("/root/break.conf"),
            acts: "need(read_ok('/root/break.conf'), 'configuration');"),
        Breakage(
            name: "home-none", conflict: ["ProtectHome=yes"], truth: .path("/home/break/conf"),
            acts: "need(read_ok('/home/break/conf'), 'configuration');"),
        Breakage(
            name: "tmp", conflict: ["PrivateTmp=yes"], truth: .path("/tmp/break"),
            acts: "need(read_ok('/tmp/break'), 'handed over');"),
        Breakage(
            name: "plugin", conflict: ["NoExecPaths=writable"],
            truth: .path("/var/lib/break/tool", by: "execve"),
            acts: "need(run_ok('/var/lib/break/tool'), 'plugin');"),
        Breakage(
            name: "umask", conflict: ["UMask=0077"], truth: .path("/var/lib/break/shared"),
            acts: #"""
                unlink '/var/lib/break/shared'; wrote('/var/lib/break/shared');
                need(as_daemon(sub { read_ok('/var/lib/break/shared') }), 'shared');
                """#),
        Breakage(
            name: "node", conflict: ["PrivateDevices=yes"], truth: .path("/dev/break"),
            acts: "need(read_ok('/dev/break'), 'device');"),
        Breakage(
            name: "device", conflict: ["DevicePolicy=closed"], truth: .path("/dev/break-log"),
            acts: "need(open(my $f, '>', '/dev/break-log'), 'device');"),
        Breakage(
            name: "granted-device", conflict: ["DeviceAllow="], truth: .path("/dev/break-log"),
            acts: "need(open(my $f, '>', '/dev/break-log'), 'device');",
            settings: ["DevicePolicy=closed", "DeviceAllow=/dev/break-log w"]),
        Breakage(
            name: "tunable", conflict: ["ProtectKernelTunables=yes"],
            truth: .path("/proc/sys/net/core/somaxconn"),
            acts: "need(open(my $f, '+<', '/proc/sys/net/core/somaxconn'), 'tuning');"),
        Breakage(
            name: "groups", conflict: ["ProtectControlGroups=yes"],
            truth: .path("/sys/fs/cgroup/break", by: "mkdir", "mkdirat"),
            acts: "need(mkdir('/sys/fs/cgroup/break'), 'group'); rmdir '/sys/fs/cgroup/break';"),
        Breakage(
            name: "load", conflict: ["ProcSubset=pid"], truth: .path("/proc/loadavg"),
            acts: "need(read_ok('/proc/loadavg'), 'load');"),
        Breakage(
            name: "others", conflict: ["ProtectProc=invisible"], truth: .path("/proc/1/stat"),
            acts: "need(as_daemon(sub { read_ok('/proc/1/stat') }), 'others');"),
        Breakage(
            name: "modules", conflict: ["ProtectKernelModules=yes"],
            truth: .path("/usr/lib/modules/break"),
            acts: "need(read_ok('/usr/lib/modules/break'), 'modules');"),
        Breakage(
            name: "exception", conflict: ["ReadWritePaths=~/var/lib/break"],
            truth: .path("/var/lib/break/z"), acts: "need(wrote('/var/lib/break/z'), 'state');",
            usage: .with(\.written, ["/var/lib/break"])),
    ]
}
