/// A small service that works only with the listening sockets that systemd hands it: two, with two
/// names, from two socket units. On each it answers with the socket's name.
public enum HandedServer {
    /// A program in one line of Perl, which every Debian has, as a unit file takes it.
    private static let program = """
        use Socket; $SIG{TERM} = sub { exit 0 }; \
        ($ENV{LISTEN_PID} // 0) == $$$$ or die "no sockets\\\\n"; \
        my @names = split /:/, $ENV{LISTEN_FDNAMES}; my %%handed; \
        for (0 .. $#names) { open(my $s, "+<&=", 3 + $_) or die; $handed{3 + $_} = $s } \
        while (1) { my $all = ""; vec($all, $_, 1) = 1 for keys %%handed; \
        select($all, undef, undef, undef) > 0 or next; \
        for (grep { vec($all, $_, 1) } keys %%handed) { \
        accept(my $c, $handed{$_}) or next; syswrite $c, $names[$_ - 3] } }
        """

    /// All units, for a service of this name.
    public static func units(_ name: String = "handed") -> [String: String] {
        [
            "\(name).service": """
            [Service]
            Type=exec
            ExecStart=/usr/bin/perl -e '\(program)'
            [X-Temper]
            Probe=\(ask)
            [Install]
            WantedBy=multi-user.target
            """,
            "web.socket": """
            [Socket]
            ListenStream=127.0.0.1:7000
            FileDescriptorName=web
            Service=\(name).service
            Backlog=17
            NoDelay=yes
            [Install]
            WantedBy=sockets.target
            """,
            "ctl.socket": """
            [Socket]
            ListenStream=/run/handed.ctl
            Symlinks=/run/handed.link
            SocketMode=0620
            SocketGroup=adm
            PassCredentials=yes
            ExecStartPre=-/bin/true -f
            Service=\(name).service
            [Install]
            WantedBy=sockets.target
            """,
        ]
    }

    /// A command that is well when both sockets answer with their names.
    public static let ask = askWeb + " && " + askControl

    public static let askWeb = asking(
        "INET", "pack_sockaddr_in(7000, inet_aton(\"127.0.0.1\"))", for: "web")
    public static let askControl = asking(
        "UNIX", "pack_sockaddr_un(\"/run/handed.link\")", for: "ctl.socket")

    private static func asking(_ family: String, _ address: String, for name: String) -> String {
        "perl -MSocket -e 'socket(my $s, AF_\(family), SOCK_STREAM, 0); "
            + "connect($s, \(address)) or die \"\(name): $!\\n\"; sysread($s, my $t, 99); "
            + "exit($t ne \"\(name)\")'"
    }

    /// What must be the same before and after of the two socket units.
    public static let standing =
        "systemctl show web.socket ctl.socket -p Id -p ActiveState -p SubState -p Triggers "
        + "-p DropInPaths -p Result; systemctl is-enabled web.socket ctl.socket; "
        + "stat -c '%n %U:%G %a %F' /run/handed.*; (\(ask)) && echo both answer"
}
