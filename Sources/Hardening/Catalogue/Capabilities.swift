// The rows on privileges of a root process.

extension Catalogue {
    static let capabilities: [Directive] = [
        Directive(
            "CapabilityBoundingSet", "The service and its children can never have the others.",
            breaks: "whatever needs the capability: each restriction names it", introduced: 183,
            restrictions: Capability.names.map { name in
                Restriction(
                    id: "CapabilityBoundingSet=~\(name)", directive: "CapabilityBoundingSet",
                    change: .drop(Capability.mask([name])),
                    prior: capabilityPriors[name] ?? Prior(family: name))
            }),
        Directive(
            "AmbientCapabilities", "No capability is granted to a service that is not root.",
            breaks: "a service that is not root and binds a low port", introduced: 229,
            restrictions: [
                Restriction(
                    id: "AmbientCapabilities=", directive: "AmbientCapabilities", change: .empty,
                    prior: Prior(family: "lowport", whenHot: 0.9, whenCold: 0.3))
            ]),
        .flag(
            "NoNewPrivileges", "Set-user-ID programs and file capabilities give nothing.",
            breaks: "sudo, su, ping and other set-user-ID helpers",
            introduced: 187, prior: Prior(family: "userswitch", whenHot: 0.15)),
    ]

    private static let capabilityPriors: [String: Prior] = [
        "CAP_NET_RAW": Prior(family: "raw", whenHot: 0.8),
        "CAP_NET_ADMIN": Prior(family: "netadmin", whenHot: 0.9),
        "CAP_NET_BIND_SERVICE": Prior(family: "lowport", whenHot: 0.9),
        "CAP_SETUID": Prior(family: "userswitch", whenHot: 0.9),
        "CAP_SETGID": Prior(family: "userswitch", whenHot: 0.9),
        "CAP_SETPCAP": Prior(family: "userswitch", whenHot: 0.2),
        "CAP_SYS_CHROOT": Prior(family: "userswitch", whenHot: 0.2),
        "CAP_CHOWN": Prior(family: "owner", whenHot: 0.7),
        "CAP_DAC_OVERRIDE": Prior(family: "owner", whenHot: 0.6),
        "CAP_DAC_READ_SEARCH": Prior(family: "owner", whenHot: 0.3),
        "CAP_FOWNER": Prior(family: "owner", whenHot: 0.5),
        "CAP_FSETID": Prior(family: "owner", whenHot: 0.15),
        "CAP_MKNOD": Prior(family: "dev", whenHot: 0.15),
        "CAP_SYS_RAWIO": Prior(family: "dev", whenHot: 0.1),
        "CAP_SYS_ADMIN": Prior(family: "ns", whenHot: 0.9, whenCold: 0.01),
        "CAP_SYS_MODULE": Prior(family: "kmod", whenHot: 0.8),
        "CAP_SYS_PTRACE": Prior(family: "proc", whenHot: 0.4),
        "CAP_KILL": Prior(family: "proc", whenHot: 0.3),
        "CAP_SYS_TIME": Prior(family: "clock", whenHot: 0.8),
        "CAP_WAKE_ALARM": Prior(family: "clock", whenHot: 0.1),
        "CAP_SYSLOG": Prior(family: "klog", whenHot: 0.6),
        "CAP_SYS_NICE": Prior(family: "res", whenHot: 0.3),
        "CAP_SYS_RESOURCE": Prior(family: "res", whenHot: 0.4),
        "CAP_IPC_LOCK": Prior(family: "res", whenHot: 0.15),
        "CAP_IPC_OWNER": Prior(family: "ipc", whenHot: 0.1),
        "CAP_AUDIT_CONTROL": Prior(family: "audit", whenHot: 0.4),
        "CAP_AUDIT_READ": Prior(family: "audit", whenHot: 0.3),
        "CAP_AUDIT_WRITE": Prior(family: "audit", whenHot: 0.7),
        "CAP_BPF": Prior(family: "bpf", whenHot: 0.7),
        "CAP_PERFMON": Prior(family: "bpf", whenHot: 0.5),
        "CAP_MAC_ADMIN": Prior(family: "mac", whenHot: 0.5),
        "CAP_MAC_OVERRIDE": Prior(family: "mac", whenHot: 0.3),
    ]
}
