extension ProgramTraits {
    /// The program of its that asks whether answers to names are signed (DNSSEC), as resolvers do as
    /// Debian ships them; nil where none does.
    public var validatingResolver: String? {
        ["kresd", "named", "pdns_recursor", "unbound"].first(where: programs.contains)
    }
}

/// A kind of program, and what such programs are known to need at times that no exercise may show.
public struct ProgramKind: Sendable {
    let source: Contest.Source
    /// What tells it, of these traits: a name for people; nil where it is no such program.
    let sign: @Sendable (ProgramTraits) -> String?
    /// Ids of restrictions, and names of directives.
    let needs: [String]
    let settledBy: String
    /// Whether only a process that is root can make use of it.
    var isOfRoot = false
    /// Whether what it was seen to do says nothing of what it does next.
    var isOpenEnded = false
    /// The restriction of which it was seen to do what that denies; nil where the sign is enough.
    var seen: String?

    /// Of programs and plug-ins that are linked with a library whose name begins so.
    private static func linked(
        with libraries: String..., needs: [String], settledBy: String, isOfRoot: Bool = false
    ) -> ProgramKind {
        ProgramKind(
            source: .program,
            sign: { traits in
                traits.libraries.sorted().first { name in
                    libraries.contains(where: name.hasPrefix)
                }.map { "linked with \($0)" }
            }, needs: needs, settledBy: settledBy, isOfRoot: isOfRoot)
    }

    /// Of programs that call one of these functions.
    private static func calling(
        _ functions: [String], needs: [String], settledBy: String, isOfRoot: Bool = true,
        isOpenEnded: Bool = false, seen: String? = nil
    ) -> ProgramKind {
        ProgramKind(
            source: .program,
            sign: { traits in
                functions.first(where: traits.imports.contains).map { "its programs call \($0)" }
            }, needs: needs, settledBy: settledBy, isOfRoot: isOfRoot, isOpenEnded: isOpenEnded,
            seen: seen)
    }

    private static func named(
        _ what: String, _ isOne: @escaping @Sendable (String) -> Bool, needs: [String],
        settledBy: String, isOfRoot: Bool = false
    ) -> ProgramKind {
        ProgramKind(
            source: .kind,
            sign: { traits in
                traits.programs.sorted().first(where: isOne).map { "\($0) is \(what)" }
            },
            needs: needs, settledBy: settledBy, isOfRoot: isOfRoot)
    }

    /// Of services whose configuration has them run one of these commands.
    private static func running(
        _ commands: Set<String>, needs: [String], settledBy: String
    ) -> ProgramKind {
        ProgramKind(
            source: .configuration,
            sign: { traits in
                commands.sorted().first { traits.commands[$0] != nil }.map { command in
                    "\(traits.commands[command] ?? "") names \(command)"
                }
            }, needs: needs, settledBy: settledBy, isOfRoot: true, isOpenEnded: true)
    }

    private static let giving = ["chown", "fchown", "lchown", "fchownat"]
    private static let bus = [Catalogue.closedBus]
    private static let talking = "a probe for which it talks on the bus"

    private static func calls(_ groups: String...) -> [String] {
        groups.map { "SystemCallFilter=~\($0)" }
    }
    private static func capabilities(_ names: String...) -> [String] {
        names.map { "CapabilityBoundingSet=~CAP_\($0)" }
    }
    /// What root needs to become its users and to do in their places what they want.
    private static let workForUsers =
        [
            "User", "NoNewPrivileges", "ProtectHome", "ProtectSystem=strict", "PrivateUsers",
            "PrivateTmp", "RestrictSUIDSGID", "UMask",
        ] + capabilities("SETUID", "SETGID", "CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL")
        + calls("@setuid", "@chown")
    private static let network = [
        "PrivateNetwork=yes", "IPAddressDeny", "RestrictAddressFamilies=~AF_INET",
        "RestrictAddressFamilies=~AF_INET6", "RestrictNetworkInterfaces",
    ]

    /// Those that a kind is known by, where a configuration names them.
    public static let commandNames = firewalls
    private static let firewalls: Set<String> = [
        "nft", "iptables", "ip6tables", "iptables-restore", "ipset", "firewall-cmd",
    ]

    static let all: [ProgramKind] = [
        // It logs users in and works for them: PAM modules call set-user-ID helpers, homes and
        // mailboxes are theirs (pam(8)).
        linked(
            with: "libpam.so",
            needs: workForUsers + [
                "SocketBindDeny", "PrivateNetwork=yes",
                "RestrictAddressFamilies=~AF_UNIX", "RestrictAddressFamilies=~AF_NETLINK",
            ]
                + capabilities(
                    "DAC_READ_SEARCH", "AUDIT_WRITE", "SYS_CHROOT", "SYS_RESOURCE", "SYS_NICE")
                // Its modules hear of their helpers through pipes.
                + calls("@ipc", "@keyring", "@resources"),
            settledBy: "a probe that logs a user in and does that user's work", isOfRoot: true),
        // It delivers to files of users, and to programs that they name, as these users (local(8)).
        named(
            "a server that delivers other people's mail",
            { name in
                ["postfix", "exim4", "exim", "sendmail", "smtpd", "procmail", "maildrop"]
                    .contains(name)
            },
            needs: workForUsers + network + ["NoExecPaths"],
            settledBy: "a probe that has mail delivered to a user", isOfRoot: true),
        calling(
            [
                "setuid", "seteuid", "setreuid", "setresuid", "initgroups", "setgroups", "setgid",
                "setegid", "setregid", "setresgid",
            ],
            needs: ["User", "PrivateUsers=yes"] + capabilities("SETUID", "SETGID")
                + calls("@setuid"),
            settledBy: "a probe for which it becomes another user"),
        calling(
            giving, needs: capabilities("CHOWN", "FOWNER", "DAC_OVERRIDE") + calls("@chown"),
            settledBy: "a probe for which it gives a file away"),
        // What it was seen to give away is no longer its own when it is opened again: after a
        // rotation, at the next start. That it did without for one file says nothing of the next.
        calling(
            giving, needs: capabilities("DAC_OVERRIDE"),
            settledBy: "a probe for which it opens again what it gave away", isOpenEnded: true,
            seen: "CapabilityBoundingSet=~CAP_CHOWN"),
        calling(
            ["chroot"],
            needs: capabilities("SYS_CHROOT") + calls("@mount"),
            settledBy: "a probe for which it changes its root"),
        // Groups that are worth no exposure, and of which a start shows little.
        calling(
            ["pipe", "pipe2", "popen", "memfd_create", "shmget", "semget", "msgget"],
            needs: calls("@ipc"), settledBy: "a probe for which its processes talk to each other",
            isOfRoot: false),
        calling(
            ["fsync", "fdatasync", "sync", "syncfs", "msync", "sync_file_range"],
            needs: calls("@sync"), settledBy: "a probe for which it keeps something on disk",
            isOfRoot: false),
        calling(
            ["alarm", "setitimer", "timer_create", "timerfd_create"],
            needs: calls("@timer"), settledBy: "a probe for which it waits for something",
            isOfRoot: false),
        calling(
            ["mlock", "mlock2", "mlockall"],
            needs: calls("@memlock"), settledBy: "a probe for which it keeps something in memory",
            isOfRoot: false),
        calling(
            ["io_submit", "io_uring_queue_init"],
            needs: calls("@aio"), settledBy: "a probe for which it reads and writes much",
            isOfRoot: false),
        running(
            firewalls,
            needs: [
                "User", "PrivateNetwork=yes", "PrivateUsers",
                "RestrictAddressFamilies=~AF_NETLINK", "CapabilityBoundingSet=~CAP_NET_ADMIN",
                "CapabilityBoundingSet=~CAP_NET_RAW",
            ] + calls("@ipc"),
            settledBy: "a probe for which it changes the firewall"),
        ProgramKind(
            source: .directory,
            sign: { traits in traits.programAmongData.map { "\($0) is a program" } },
            needs: ["NoExecPaths"], settledBy: "a probe for which it is run"),
        // The next job is another one, and what is hidden from it or replaced for it is refused to
        // none: a trial passes.
        ProgramKind(
            source: .kind,
            sign: { traits in traits.hostedWork.map { "it runs \($0)" } },
            needs: network + [
                "PrivateTmp", "ProtectProc", "InaccessiblePaths", "ReadOnlyPaths",
            ],
            settledBy: "--try, where none of that work needs it", isOpenEnded: true),
        // What it does there is asked for by others, when they want it.
        ProgramKind(
            source: .unit, sign: { traits in traits.busName.map { "its unit says BusName=\($0)" } },
            needs: bus, settledBy: "a probe that calls it there (--probe-dbus)", isOfRoot: true),
        calling(
            [
                "sd_bus_open_system", "sd_bus_default_system", "sd_bus_open", "sd_bus_default",
                "sd_bus_open_system_with_description", "dbus_bus_get", "dbus_bus_get_private",
                "dbus_connection_open_private", "g_bus_get", "g_bus_get_sync", "g_bus_own_name",
                "g_dbus_proxy_new_for_bus", "g_dbus_proxy_new_for_bus_sync",
            ],
            needs: bus, settledBy: talking),
        linked(
            with: "libdbus-1.so", "libsdbus-c++.so", "libQt5DBus.so", "libQt6DBus.so",
            "libavahi-client.so", "libpolkit-gobject-1.so",
            needs: bus, settledBy: talking, isOfRoot: true),
        running(["firewall-cmd"], needs: bus, settledBy: talking),
        // Who logs in has a session begun over the bus (pam_systemd(8)).
        ProgramKind(
            source: .configuration, sign: \.talkingModule, needs: bus,
            settledBy: "a probe that logs a user in", isOfRoot: true),
        // Others may read what it does not make for itself alone.
        ProgramKind(
            source: .directory,
            sign: { traits in traits.pidFile.map { "it writes \($0)" } },
            needs: ["UMask"], settledBy: "a probe by somebody else who reads it (--probe-user)"),
        // Code is made at run time: big queries, scripts.
        linked(
            with: "libLLVM", "libluajit", "libmozjs", "libjvm", "libnode", "libv8", "libgccjit",
            "libjavascriptcore", "libcoreclr",
            needs: ["MemoryDenyWriteExecute=yes"],
            settledBy: "a probe that has it compile what it runs"),
        // It asks name servers and other machines itself: the former from ports that it binds.
        linked(
            with: "libunbound.so", "libcares.so", "libldns.so", "libldap.so", "libcurl.so",
            "libcurl-gnutls.so", "libmilter.so",
            needs: network + ["SocketBindDeny"],
            settledBy: "a probe for which it asks another machine"),
        named(
            "an exporter of what it sees of the machine",
            { $0.hasSuffix("exporter") },
            needs: [
                "ProtectHome", "ProtectProc", "ProcSubset", "PrivateNetwork=yes", "PrivateTmp",
                "RestrictAddressFamilies=~AF_NETLINK", "ProtectClock", "PrivateDevices",
                "ProtectHostname",
            ] + calls("@clock"),
            settledBy: "a probe that asks for each metric"),
        named(
            "a server of other people's programs",
            { name in
                ["php-fpm", "php-cgi", "uwsgi", "gunicorn", "unicorn", "puma", "passenger"]
                    .contains(where: name.hasPrefix)
            },
            needs: network + ["MemoryDenyWriteExecute=yes", "ProtectSystem=strict", "PrivateTmp"],
            settledBy: "a probe that runs such a program"),
    ]
}
