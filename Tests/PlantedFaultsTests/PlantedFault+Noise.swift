/// Needs without which the service goes on and only says or shows so.
extension PlantedFault {
    static let inNoise = [
        PlantedFault(
            name: "logs", story: "logs an error and answers the probe",
            restrictions: ["ProtectHome=yes"], expectation: .flagged("cannot open /home/fault"),
            acts: #"""
                on request => sub {
                    open(my $f, '<', '/home/fault.conf') or warn "cannot open /home/fault.conf: $!\n";
                    1;
                };
                """#),
        PlantedFault(
            name: "logs-always", story: "always logs errors, and a new one among them",
            restrictions: ["ProtectHome=yes"], expectation: .flagged("key is unavailable"),
            acts: #"""
                on request => sub {
                    warn "error: pid $$ failed at " . localtime() . " for 127.0.0.$n\n";
                    -r '/home/fault.conf' or warn "error: the key is unavailable\n";
                    1;
                };
                """#),
        PlantedFault(
            name: "logs-at-stop", story: "says only at its stop that it could not save",
            restrictions: ["ProtectSystem=yes"], expectation: .flagged("could not save"),
            acts: #"on stop => sub { wrote('/usr/fault-save') or warn "could not save\n"; 1 };"#),
        PlantedFault(
            name: "family", story: "goes on without IPv6",
            restrictions: ["RestrictAddressFamilies=~AF_INET6"],
            expectation: .flagged("no IPv6"),
            acts: #"on request => sub { socket(my $s, 10, 2, 0) or warn "no IPv6: $!\n"; 1 };"#),
        PlantedFault(
            name: "raw-socket", story: "goes on without its raw socket",
            restrictions: ["CapabilityBoundingSet=~CAP_NET_RAW"],
            expectation: .flagged("raw socket"),
            acts: #"on request => sub { socket(my $s, 2, 3, 1) or warn "raw socket: $!\n"; 1 };"#),
        PlantedFault(
            name: "load", story: "goes on without knowing the machine's load",
            restrictions: ["ProcSubset=pid"], expectation: .flagged("load"),
            acts: #"""
                on request => sub { open(my $f, '<', '/proc/loadavg') or warn "load: $!\n"; 1 };
                """#),
        PlantedFault(
            name: "tunes", story: "goes on without tuning the kernel",
            restrictions: ["ProtectKernelTunables=yes"], expectation: .flagged("tuning"),
            acts: #"""
                on start => sub {
                    open(my $f, '+<', '/proc/sys/net/core/somaxconn') or warn "tuning: $!\n";
                };
                """#),
        PlantedFault(
            name: "groups", story: "goes on without a control group of its own making",
            restrictions: ["ProtectControlGroups=yes"], expectation: .flagged("control group"),
            acts: #"""
                on request => sub {
                    mkdir '/sys/fs/cgroup/fault' or warn "control group: $!\n";
                    rmdir '/sys/fs/cgroup/fault';
                    1;
                };
                """#),
        PlantedFault(
            name: "realtime", story: "has a helper that fails quietly on reload",
            restrictions: ["RestrictRealtime=yes"], expectation: .flagged("chrt ended"),
            acts: "on reload => sub { quiet('chrt', '-f', '1', 'true') };"),
        PlantedFault(
            name: "hostname", story: "has a helper that fails quietly at its stop",
            restrictions: ["ProtectHostname=yes"], expectation: .flagged("hostname ended"),
            acts: "on stop => sub { quiet('hostname', 'faulty') };"),
        PlantedFault(
            name: "personality", story: "has a helper that needs another personality",
            restrictions: ["LockPersonality=yes"], expectation: .flagged("setarch ended"),
            acts: "on request => sub { quiet('setarch', '-R', 'true') };"),
        PlantedFault(
            name: "namespace", story: "makes a namespace at the second request, or goes on",
            restrictions: ["RestrictNamespaces=~mnt"], expectation: .flagged("unshare ended"),
            acts: "on request => sub { $n < 2 or quiet('unshare', '-m', 'true') };"),
        PlantedFault(
            name: "plugin", story: "goes on without a plugin that lies among its data",
            restrictions: ["NoExecPaths=writable"], expectation: .flagged("exit status 127"),
            acts: #"on request => sub { quiet("$dir/plugin") };"#,
            settings: ["ExecStartPre=/bin/cp /bin/true /var/lib/fault-plugin/plugin"]),
    ]
}
