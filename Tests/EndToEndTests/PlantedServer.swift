import Foundation

/// A small service that needs a few things and dies without any of them; a new version of it needs
/// more. It says that it is ready once it has all.
struct PlantedServer {
    /// What the new version needs besides.
    enum Need: String, CaseIterable {
        case niceness, path, directory, family, call, lowPort

        /// As Perl; it fails where it is not given.
        fileprivate var code: String {
            switch self {
            case .niceness: "setpriority(0, 0, -5) or die 'nice: ', $!;"
            case .path: "open(my $n, '>', '/var/lib/planted/new') or die 'new: ', $!;"
            case .directory: "-d '/srv/planted' or mkdir '/srv/planted' or die 'mkdir: ', $!;"
            case .family: "socket(my $k, 16, SOCK_DGRAM, 0) or die 'netlink: ', $!;"
            case .call:
                "use Config; syscall($Config{archname} =~ /x86_64/ ? 250 : 219, 0, -1, 0) == -1 "
                    + "&& !$!{ENOKEY} and die 'keyctl: ', $!;"
            case .lowPort:
                "socket(my $l, AF_INET, SOCK_STREAM, 0) or die 'socket: ', $!; "
                    + "bind($l, sockaddr_in(90, INADDR_ANY)) && listen($l, 1) or die 'port 90: ', $!;"
            }
        }

        /// The restrictions that break it: minimal sets.
        var culprits: Set<Set<String>> {
            switch self {
            // The kernel asks for the right in the machine's own user namespace.
            case .niceness: [["CapabilityBoundingSet=~CAP_SYS_NICE"], ["PrivateUsers=identity"]]
            case .path: [["ReadWritePaths=~/var/lib/planted"]]
            // Once it is there nothing breaks it: where the service runs as it is, it makes it.
            case .directory: [["ReadWritePaths=~/srv"]]
            case .family: [["RestrictAddressFamilies=~AF_NETLINK"]]
            case .call: [["SystemCallFilter=~@keyring"]]
            case .lowPort:
                [
                    ["CapabilityBoundingSet=~CAP_NET_BIND_SERVICE"], ["SocketBindAllow=~tcp:90"],
                    ["PrivateUsers=identity"],
                ]
            }
        }
    }

    /// It stays root: as somebody else it would need some things twice, and each is to have one
    /// culprit.
    static let unit = """
        [Service]
        Type=notify
        ExecStart=/usr/local/bin/planted

        [X-Temper]
        Keep=User
        ProbeTCP=127.0.0.1:7000
        """

    /// Installs a version of the program in a tree.
    static func install(in tree: String, needing needs: [Need] = []) throws {
        let program = """
            #!/usr/bin/perl
            use Socket; use Errno; $| = 1; $SIG{TERM} = sub { exit 0 };
            setpriority(0, 0, 5) or die 'nice: ', $!;
            socket(my $s, AF_INET, SOCK_STREAM, 0) or die 'socket: ', $!;
            setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1);
            bind($s, sockaddr_in(7000, INADDR_ANY)) && listen($s, 5) or die 'port 7000: ', $!;
            \(needs.map(\.code).joined(separator: "\n"))
            socket(my $n, AF_UNIX, SOCK_DGRAM, 0) or die 'notify: ', $!;
            send($n, 'READY=1', 0, sockaddr_un($ENV{NOTIFY_SOCKET})) or die 'notify: ', $!;
            while (1) { accept(my $c, $s) and close $c; }

            """
        try FileManager.default.createDirectory(
            atPath: tree + "/var/lib/planted", withIntermediateDirectories: true)
        try EndToEndTests.install(program: program, as: "planted", in: tree)
    }
}
