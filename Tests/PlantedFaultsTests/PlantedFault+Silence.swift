/// Needs of which neither the probe nor the service says a word: it goes on without. Seen by what
/// others see of it, and by what the kernel refuses.
extension PlantedFault {
    private init(
        silent name: String, _ story: String, under restriction: String, _ words: String,
        _ acts: String, settings: [String] = []
    ) {
        self.init(
            name: "silent-\(name)", story: story, restrictions: [restriction],
            expectation: .refused([words]), acts: acts, settings: settings, isSilent: true)
    }

    /// Listens where it can on a unix socket of this name.
    private static func unix(_ name: String) -> String {
        #"""
        on start => sub {
            use Socket; socket(our $other, AF_UNIX, SOCK_STREAM, 0) or return 1;
            unlink "\#(name)"; bind($other, pack_sockaddr_un("\#(name)")) && listen($other, 5); 1 };
        """#
    }

    /// Connects to a unix socket where it can.
    private static func connecting(_ name: String) -> String {
        #"""
        on request => sub {
            use Socket; socket(my $bus, AF_UNIX, SOCK_STREAM, 0);
            connect($bus, pack_sockaddr_un("\#(name)")); 1 };
        """#
    }

    /// Makes a socket of this family where it can.
    private static func family(_ number: Int) -> String {
        "on request => sub { socket(my $s, \(number), 2, 0); 1 };"
    }

    static let inSilence = [
        PlantedFault(
            silent: "listener", "listens on IPv6 where it can",
            under: "RestrictAddressFamilies=~AF_INET6", "no longer listens on tcp [::1]:7778",
            #"""
            on start => sub {
                use Socket; socket(our $other, AF_INET6, SOCK_STREAM, 0) or return 1;
                bind($other, pack_sockaddr_in6(7778, Socket::IN6ADDR_LOOPBACK)) && listen($other, 5); 1 };
            """#),
        PlantedFault(
            silent: "abstract", "listens on an abstract name where it can",
            under: "RestrictAddressFamilies=~AF_UNIX", "no longer listens on unix @fault",
            unix(#"\0fault"#)),
        PlantedFault(
            silent: "temporary", "has a socket in /tmp", under: "PrivateTmp=yes",
            "others no longer find its socket /tmp/fault.sock", unix("/tmp/fault.sock")),
        PlantedFault(
            silent: "group", "has a socket for its group", under: "UMask=0077",
            "not all may use its socket /run/fault.sock", unix("/run/fault.sock"),
            settings: ["Group=www-data", "UMask=0007"]),
        PlantedFault(
            silent: "sync", "does not mind that its data are not on disk",
            under: "SystemCallFilter=~@sync", "bites: perl: fsync",
            #"""
            on request => sub { open(my $f, '>', "$dir/x"); print $f "x"; $f->flush; $f->sync; 1 };
            """#),
        PlantedFault(
            silent: "state", "keeps nothing where it cannot", under: "ProtectSystem=strict",
            "bites: perl: openat /var/lib/fault-silent-state/kept failed with EROFS",
            #"on stop => sub { wrote("$dir/kept"); 1 };"#),
        PlantedFault(
            silent: "home", "does without the files of its users", under: "ProtectHome=yes",
            "bites: perl: openat /home/fault.conf",
            "on request => sub { open(my $f, '<', '/home/fault.conf'); 1 };"),
        PlantedFault(
            silent: "kernel", "guesses what the kernel does not tell", under: "ProcSubset=pid",
            "bites: perl: openat /proc/loadavg failed with ENOENT",
            "on idle => sub { open(my $f, '<', '/proc/loadavg'); 1 };"),
        PlantedFault(
            silent: "device", "does without its device", under: "PrivateDevices=yes",
            "bites: perl: openat /dev/fault failed with ENOENT",
            "on reload => sub { open(my $f, '<', '/dev/fault'); 1 };"),
        PlantedFault(
            silent: "chown", "leaves its files to root", under: "CapabilityBoundingSet=~CAP_CHOWN",
            "for lack of CAP_CHOWN",
            #"on request => sub { chown 1, 1, "$dir"; chown 0, 0, $dir; 1 };"#),
        PlantedFault(
            silent: "nice", "does not mind its priority",
            under: "CapabilityBoundingSet=~CAP_SYS_NICE", "bites: perl: setpriority",
            "on start => sub { eval { setpriority 0, 0, -5 }; 1 };"),
        PlantedFault(
            silent: "setuid-file", "leaves its program without the bit",
            under: "RestrictSUIDSGID=yes", "bites: perl: ",
            #"on request => sub { wrote("$dir/tool"); chmod 04755, "$dir/tool"; 1 };"#),
        PlantedFault(
            silent: "worker", "has a worker that stays root where it cannot be another",
            under: "CapabilityBoundingSet=~CAP_SETUID", "for lack of CAP_SETUID",
            "on request => sub { my $pid = worker(sub { POSIX::setuid(33) }); waitpid $pid, 0; 1 };"
        ),
        PlantedFault(
            silent: "netlink", "asks for no interfaces where it cannot",
            under: "RestrictAddressFamilies=~AF_NETLINK",
            "bites: perl: socket AF_NETLINK failed with EAFNOSUPPORT", family(16)),
        PlantedFault(
            silent: "packet", "measures nothing where it cannot",
            under: "CapabilityBoundingSet=~CAP_NET_RAW", "bites: perl: socket AF_PACKET",
            family(17)),
        PlantedFault(
            silent: "memory", "shares no memory where it cannot", under: "SystemCallFilter=~@ipc",
            "bites: perl: shmget failed with EPERM",
            "on request => sub { my $id = shmget 0, 64, 0600; shmctl $id, 0, 0 if $id; 1 };"),
        PlantedFault(
            silent: "timer", "has no alarm where it cannot", under: "SystemCallFilter=~@timer",
            "bites: perl: ", "on idle => sub { alarm 9; alarm 0; 1 };"),
        PlantedFault(
            silent: "configuration", "keeps its old configuration where it cannot write",
            under: "ProtectSystem=full", "bites: perl: openat /etc/fault-kept failed with EROFS",
            "on reload => sub { wrote('/etc/fault-kept'); 1 };"),
        PlantedFault(
            silent: "plugin", "does without what it cannot run", under: "NoExecPaths=writable",
            "bites: perl: execve /var/lib/fault-silent-plugin/plugin",
            #"on request => sub { quiet("$dir/plugin"); 1 };"#,
            settings: ["ExecStartPre=/bin/cp /bin/true /var/lib/fault-silent-plugin/plugin"]),
        PlantedFault(
            silent: "bus", "asks nobody where there is no bus",
            under: "InaccessiblePaths=system-bus",
            "bites: perl: connect /run/dbus/system_bus_socket failed with ECONNREFUSED",
            connecting("/run/dbus/system_bus_socket")),
        PlantedFault(
            silent: "order", "gives systemd no orders where it cannot",
            under: "InaccessiblePaths=manager",
            "bites: perl: connect /run/systemd/private failed with ECONNREFUSED",
            connecting("/run/systemd/private")),
        PlantedFault(
            silent: "rule", "leaves systemd alone where it cannot write to its place",
            under: "ReadOnlyPaths=manager",
            "bites: perl: openat /run/systemd/fault failed with EROFS",
            "on request => sub { wrote('/run/systemd/fault'); 1 };"),
        PlantedFault(
            silent: "job", "leaves no job where it cannot",
            under: "ReadOnlyPaths=orders",
            "bites: perl: openat /etc/cron.d/fault failed with EROFS",
            "on request => sub { wrote('/etc/cron.d/fault'); 1 };"),
        PlantedFault(
            silent: "code", "does without compiling what it reads",
            under: "MemoryDenyWriteExecute=yes", "bites: perl: mprotect failed with EACCES",
            // mprotect(2), 10 on x86-64, of a page of its own to write and execute.
            #"""
            on request => sub {
                my $page = "x" x 16384;
                my $at = (unpack('J', pack('p', $page)) + 4095) & ~4095;
                syscall(10, $at, 4096, 7); 1 };
            """#),
    ]
}
