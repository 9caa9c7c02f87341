// The rows on privileges of a root process.

extension Catalogue {
    static let capabilities: [Directive] = [boundingSet, ambientCapabilities, noNewPrivileges]

    private static let boundingSet = Directive(
        .capabilityBoundingSet, "The service and its children can never have the others.",
        breaks: "whatever needs the capability: each restriction names it", introduced: 183,
        restrictions: Capability.names.map { name in
            var restriction = Restriction(
                .capabilityBoundingSet, "~\(name)", .dropCapabilities(Capability.mask([name])),
                prior: capabilityPriors[name] ?? Prior(name))
            restriction.isForRoot = Capability.ofRoot.contains(name)
            restriction.logSignatures = capabilitySignatures[name] ?? []
            restriction.likelihoods = capabilityLikelihoods[name] ?? []
            // Every program that is run is checked for CAP_SYS_ADMIN, which tells nothing.
            if name != "CAP_SYS_ADMIN" {
                restriction.likelihoods.append(.asked(.uses(capability: name), 12))
            }
            return restriction
        }
    )
    .by(.capabilities).failing(at: .capabilities).examinedAtOnce.onBus(BusShape("t"))
    .scored(
        [
            (["SYS_ADMIN"], 1500), (["SETUID", "SETGID", "SETPCAP"], 1500), (["SYS_PTRACE"], 1500),
            (["SYS_TIME"], 1000), (["NET_ADMIN"], 1000), (["SYS_RAWIO"], 1000),
            (["SYS_MODULE"], 1000), (["AUDIT_CONTROL", "AUDIT_READ", "AUDIT_WRITE"], 500),
            (["SYSLOG"], 500), (["SYS_NICE", "SYS_RESOURCE"], 500), (["MKNOD"], 500),
            (["CHOWN", "FSETID", "SETFCAP"], 1000),
            (["DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "IPC_OWNER"], 1000), (["KILL"], 500),
            (["NET_BIND_SERVICE", "NET_BROADCAST", "NET_RAW"], 500), (["SYS_BOOT"], 100),
            (["MAC_ADMIN", "MAC_OVERRIDE"], 100), (["LINUX_IMMUTABLE"], 75), (["IPC_LOCK"], 50),
            (["SYS_CHROOT"], 50), (["BLOCK_SUSPEND"], 25), (["WAKE_ALARM"], 25), (["LEASE"], 25),
            (["SYS_TTY_CONFIG"], 25), (["SYS_PACCT"], 25), (["BPF"], 25),
        ].map { (names: [String], weight: UInt64) in
            let mask = Capability.mask(names.map { "CAP_\($0)" })
            return Assessment("CapabilityBoundingSet=~\(names.joined(separator: "|"))", weight) {
                $0.sandbox[.capabilityBoundingSet].bits(within: Capability.all) & mask == 0
            }
        })

    private static let ambientCapabilities = Directive(
        .ambientCapabilities, "No capability is granted to a service that is not root.",
        breaks: "a service that is not root and binds a low port", introduced: 229,
        restrictions: [
            Restriction(.ambientCapabilities, "", .empty, prior: Prior("lowport", 0.9, cold: 0.3))
        ]
    )
    .failing(at: .capabilities).refusing(.anyCapability)
    .scored(Assessment("AmbientCapabilities", 500) { $0.sandbox.ambientCapabilities == 0 })
    .inForce(
        InForceCheck(
            .readsBack, against: [.ambientCapabilities: .mask(Capability.mask(["CAP_NET_RAW"]))])
    )
    .onBus(BusShape("t"))

    private static let noNewPrivileges = Directive.flag(
        .noNewPrivileges, "Set-user-ID programs and file capabilities give nothing.",
        breaks: "sudo, su, ping and other set-user-ID helpers",
        introduced: 187, prior: Prior("userswitch", 0.15)
    )
    .failing(at: .noNewPrivileges).refusing(calls: "execve", "execveat").takingRights
    .scored(1000).inForce(.noNewPrivileges).holdingLabels
    .survived(because: "ambient capabilities do what file capabilities did")
    .set { other, sandbox, dialect in
        // Who is not root may set up filters only with it (context_has_no_new_privileges). Later
        // than 254, systemd sets them up as root, unless they deny what it takes to give that up
        // (seccomp_allows_drop_privileges). A user's manager never is root.
        guard dialect.scope == .system, !sandbox.isRoot,
            sandbox.ambientCapabilities & Capability.mask(["CAP_SYS_ADMIN"]) == 0
        else { return false }
        return dialect.version < 255
            ? other.bringsFilter : other.denies(["capget", "capset", "prctl"], in: dialect)
    }

    private static let capabilitySignatures: [String: Set<LogSignature>] = [
        "CAP_NET_BIND_SERVICE": [.lowPort], "CAP_CHOWN": [.owner], "CAP_SETGID": [.group],
        "CAP_SETUID": [.user], "CAP_SETPCAP": [.setpcap], "CAP_SYS_CHROOT": [.chroot],
        "CAP_IPC_LOCK": [.memory], "CAP_SYS_RESOURCE": [.limits], "CAP_SYS_NICE": [.limits],
        "CAP_DAC_OVERRIDE": [.access], "CAP_DAC_READ_SEARCH": [.access],
    ]

    private static let capabilityLikelihoods: [String: [Likelihood]] = [
        "CAP_NET_BIND_SERVICE": [Likelihood(.bindsLowPort, 40, else: 0.2)],
        "CAP_SETUID": [Likelihood(.severalUsers, 40, else: 0.3)],
        "CAP_SETGID": [Likelihood(.severalUsers, 40, else: 0.3)],
    ]

    private static let capabilityPriors: [String: Prior] = [
        "CAP_NET_RAW": Prior("raw", 0.8),
        "CAP_NET_ADMIN": Prior("netadmin", 0.9),
        "CAP_NET_BIND_SERVICE": Prior("lowport", 0.9),
        "CAP_SETUID": Prior("userswitch", 0.9),
        "CAP_SETGID": Prior("userswitch", 0.9),
        "CAP_SETPCAP": Prior("userswitch", 0.2),
        "CAP_SYS_CHROOT": Prior("userswitch", 0.2),
        "CAP_CHOWN": Prior("owner", 0.7),
        "CAP_DAC_OVERRIDE": Prior("owner", 0.6),
        "CAP_DAC_READ_SEARCH": Prior("owner", 0.3),
        "CAP_FOWNER": Prior("owner", 0.5),
        "CAP_FSETID": Prior("owner", 0.15),
        "CAP_MKNOD": Prior("dev", 0.15),
        "CAP_SYS_RAWIO": Prior("dev", 0.1),
        "CAP_SYS_ADMIN": Prior("ns", 0.9, cold: 0.01),
        "CAP_SYS_MODULE": Prior("kmod", 0.8),
        "CAP_SYS_PTRACE": Prior("proc", 0.4),
        "CAP_KILL": Prior("proc", 0.3),
        "CAP_SYS_TIME": Prior("clock", 0.8),
        "CAP_WAKE_ALARM": Prior("clock", 0.1),
        "CAP_SYSLOG": Prior("klog", 0.6),
        "CAP_SYS_NICE": Prior("res", 0.3),
        "CAP_SYS_RESOURCE": Prior("res", 0.4),
        "CAP_IPC_LOCK": Prior("res", 0.15),
        "CAP_IPC_OWNER": Prior("ipc", 0.1),
        "CAP_AUDIT_CONTROL": Prior("audit", 0.4),
        "CAP_AUDIT_READ": Prior("audit", 0.3),
        "CAP_AUDIT_WRITE": Prior("audit", 0.7),
        "CAP_BPF": Prior("bpf", 0.7),
        "CAP_PERFMON": Prior("bpf", 0.5),
        "CAP_MAC_ADMIN": Prior("mac", 0.5),
        "CAP_MAC_OVERRIDE": Prior("mac", 0.3),
    ]
}

extension Capability {
    /// Those that only root needs: to become somebody else, or to work on files of others.
    public static let ofRoot: Set = [
        "CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP", "CAP_CHOWN", "CAP_FOWNER", "CAP_FSETID",
        "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_SYS_ADMIN", "CAP_KILL",
    ]

    /// The setting that grants these to a service that is not root.
    public static func granting(_ names: [String]) -> String {
        "\(DirectiveName.ambientCapabilities)=\(names.joined(separator: " "))"
    }
}
