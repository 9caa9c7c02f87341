/// A kind of program, and what such programs are known to need at times that no exercise may show.
struct ProgramKind: Sendable {
    let source: Contest.Source
    /// What tells it, of these traits: a name for people; nil where it is no such program.
    let sign: @Sendable (ProgramTraits) -> String?
    /// Ids of restrictions, and names of directives.
    let needs: [String]
    let settledBy: String
    /// Whether only a process that is root can make use of it.
    var isOfRoot = false

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
        _ functions: String..., needs: [String], settledBy: String
    ) -> ProgramKind {
        ProgramKind(
            source: .program,
            sign: { traits in
                functions.first(where: traits.imports.contains).map { "its programs call \($0)" }
            }, needs: needs, settledBy: settledBy, isOfRoot: true)
    }

    private static func named(
        _ what: String, _ isOne: @escaping @Sendable (String) -> Bool, needs: [String],
        settledBy: String
    ) -> ProgramKind {
        ProgramKind(
            source: .kind,
            sign: { traits in
                traits.programs.sorted().first(where: isOne).map { "\($0) is \(what)" }
            },
            needs: needs, settledBy: settledBy)
    }

    private static func calls(_ groups: String...) -> [String] {
        groups.map { "SystemCallFilter=~\($0)" }
    }
    private static func capabilities(_ names: String...) -> [String] {
        names.map { "CapabilityBoundingSet=~CAP_\($0)" }
    }
    private static let network = [
        "PrivateNetwork=yes", "IPAddressDeny", "RestrictAddressFamilies=~AF_INET",
        "RestrictAddressFamilies=~AF_INET6", "RestrictNetworkInterfaces",
    ]

    static let all: [ProgramKind] = [
        // It logs users in and works for them: PAM modules call set-user-ID helpers, homes and
        // mailboxes are theirs (pam(8)).
        linked(
            with: "libpam.so",
            needs: [
                "User", "NoNewPrivileges", "ProtectHome", "ProtectSystem=strict", "PrivateUsers",
                "PrivateTmp", "RestrictSUIDSGID", "SocketBindDeny", "PrivateNetwork=yes",
                "RestrictAddressFamilies=~AF_UNIX", "RestrictAddressFamilies=~AF_NETLINK", "UMask",
            ]
                + capabilities(
                    "SETUID", "SETGID", "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER",
                    "AUDIT_WRITE", "KILL", "SYS_CHROOT", "SYS_RESOURCE", "SYS_NICE")
                + calls("@setuid", "@chown", "@keyring", "@resources"),
            settledBy: "a probe that logs a user in and does that user's work", isOfRoot: true),
        calling(
            "setuid", "seteuid", "setreuid", "setresuid", "initgroups", "setgroups", "setgid",
            "setegid", "setregid", "setresgid",
            needs: ["User", "PrivateUsers=yes"] + capabilities("SETUID", "SETGID")
                + calls("@setuid"),
            settledBy: "a probe for which it becomes another user"),
        calling(
            "chown", "fchown", "lchown", "fchownat",
            needs: capabilities("CHOWN", "FOWNER") + calls("@chown"),
            settledBy: "a probe for which it gives a file away"),
        calling(
            "chroot", needs: capabilities("SYS_CHROOT") + calls("@mount"),
            settledBy: "a probe for which it changes its root"),
        ProgramKind(
            source: .directory,
            sign: { traits in traits.programAmongData.map { "\($0) is a program" } },
            needs: ["NoExecPaths"], settledBy: "a probe for which it is run"),
        // Code is made at run time: big queries, scripts.
        linked(
            with: "libLLVM", "libluajit", "libmozjs", "libjvm", "libnode", "libv8", "libgccjit",
            "libjavascriptcore", "libcoreclr",
            needs: ["MemoryDenyWriteExecute=yes"],
            settledBy: "a probe that has it compile what it runs"),
        // It asks name servers and other machines itself.
        linked(
            with: "libunbound.so", "libcares.so", "libldns.so", "libldap.so", "libcurl.so",
            "libcurl-gnutls.so", "libmilter.so",
            needs: network, settledBy: "a probe for which it asks another machine"),
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
