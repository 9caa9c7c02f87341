/// Needs that show at another moment than the first probe.
extension PlantedFault {
    private static let reloading = ["after reload", "died after settled", "reload failed"]
    private static let secondStart = ["second start"]

    static let inLife = [
        PlantedFault(
            name: "reload-capability", story: "needs a capability only on reload",
            restrictions: ["CapabilityBoundingSet=~CAP_CHOWN"], expectation: .refused(reloading),
            acts: #"""
                wrote("$dir/x");
                on reload => sub { chown(1, 1, "$dir/x") or die "chown: $!\n" };
                """#),
        PlantedFault(
            name: "reload-port", story: "listens on a low port after its reload",
            restrictions: ["CapabilityBoundingSet=~CAP_NET_BIND_SERVICE"],
            expectation: .refused(reloading),
            acts: #"""
                my $more;
                on reload => sub {
                    $more = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1', LocalPort => 77)
                        or die "port 77: $!\n";
                };
                """#),
        PlantedFault(
            name: "reload-breaks", story: "reads a file on reload and answers wrongly without it",
            restrictions: ["ProtectHome=yes"], expectation: .refused(["after reload"]),
            acts: #"""
                my $broken = 0;
                on reload => sub { open(my $f, '<', '/root/fault.conf') or $broken = 1 };
                on request => sub { !$broken };
                """#),
        PlantedFault(
            name: "stop-writes", story: "writes only at its stop",
            restrictions: ["ProtectSystem=yes"],
            expectation: .refused(["stopped otherwise than usual: exit status 4"]),
            acts: "on stop => sub { wrote('/usr/fault-stop') };"),
        PlantedFault(
            name: "stop-setuid", story: "makes a program setuid at its stop",
            restrictions: ["RestrictSUIDSGID=yes"],
            expectation: .refused(["stopped otherwise than usual: exit status 4"]),
            acts: #"on stop => sub { wrote("$dir/tool") && chmod(04755, "$dir/tool") };"#),
        PlantedFault(
            name: "stop-kills", story: "ends a worker of another user at its stop",
            restrictions: ["CapabilityBoundingSet=~CAP_KILL"],
            expectation: .refused(["stopped otherwise than usual: exit status 4"]),
            acts: #"""
                my $worker;
                on start => sub { $worker = worker(sub { POSIX::setuid(1); sleep 1000 }) };
                on stop => sub { kill 'TERM', $worker };
                """#, settings: ["KillMode=mixed"]),
        PlantedFault(
            name: "second-request", story: "opens a device at the second request",
            restrictions: ["PrivateDevices=yes"], expectation: .refused(reloading),
            acts: #"""
                on request => sub { $n < 2 or open(my $f, '<', '/dev/fault') or die "device: $!\n" };
                """#),
        PlantedFault(
            name: "later", story: "writes some time after its last request, and dies if it cannot",
            restrictions: ["ProtectSystem=full"], expectation: .refused(["died after settled"]),
            acts: #"""
                my $ticks = 0;
                on idle => sub { $n < 2 or ++$ticks != 3 or wrote('/etc/fault-idle') or die "no\n" };
                """#),
        PlantedFault(
            name: "shared-file", story: "hands over a file in /tmp, which the probe looks for",
            restrictions: ["PrivateTmp=yes"], expectation: .refused(["exit status 1"]),
            acts: "on request => sub { wrote('/tmp/fault-shared') };",
            probe: "rm /tmp/fault-shared"),
        PlantedFault(
            name: "second-start-mode", story: "cannot read at its second start what it wrote",
            restrictions: ["UMask=0077"], expectation: .refused(secondStart),
            acts: #"""
                on start => sub {
                    return 1 unless -e "$dir/state";
                    local $> = 1;
                    open(my $f, '<', "$dir/state") or die "state: $!\n";
                };
                on stop => sub { unlink "$dir/state"; wrote("$dir/state") };
                """#),
        PlantedFault(
            name: "second-start-lock", story: "cannot take away its lock, and finds it again",
            restrictions: ["CapabilityBoundingSet=~CAP_DAC_OVERRIDE"],
            expectation: .refused(secondStart),
            acts: #"""
                on start => sub {
                    chown 1, 1, $dir;
                    die "locked\n" if -e "$dir/lock";
                    local $> = 1;
                    wrote("$dir/lock") or die "lock: $!\n";
                };
                on stop => sub { unlink "$dir/lock"; 1 };
                """#),
        PlantedFault(
            name: "second-start-answer", story: "starts again and answers wrongly",
            restrictions: ["CapabilityBoundingSet=~CAP_CHOWN"],
            expectation: .refused(["after a second start"]),
            acts: #"""
                on request => sub { !-e "$dir/cache" || (stat "$dir/cache")[4] == 1 };
                on stop => sub { unlink "$dir/cache"; wrote("$dir/cache"); chown 1, 1, "$dir/cache"; 1 };
                """#),
        PlantedFault(
            name: "second-start-warns", story: "warns at its second start only",
            restrictions: ["CapabilityBoundingSet=~CAP_CHOWN"],
            expectation: .flagged("cache has a wrong owner"),
            acts: #"""
                on start => sub {
                    warn "warning: the cache has a wrong owner\n" if ((stat "$dir/cache")[4] // 1) == 0;
                };
                on stop => sub { unlink "$dir/cache"; wrote("$dir/cache"); chown 1, 1, "$dir/cache"; 1 };
                """#),
    ]
}
