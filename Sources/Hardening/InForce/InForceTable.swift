// What to look for, restriction by restriction. Sources: systemd.exec(5),
// systemd.resource-control(5) and what was seen of units on systemd 252, 257 and 262.

extension Catalogue {
    /// The restrictions that one unit can tell of, group by group.
    public static func examinedTogether(_ restrictions: [Restriction]) -> [[Restriction]] {
        let (joined, single) = restrictions.reduce(into: ([Restriction](), [Restriction]())) {
            InForceTable.together.contains($1.directive) ? $0.0.append($1) : $0.1.append($1)
        }
        return single.map { [$0] }
            + InForceTable.together.sorted().map { name in joined.filter { $0.directive == name } }
            .filter { !$0.isEmpty }
    }
}

extension Restriction {
    /// How to find out whether it is in force.
    public var inForceCheck: InForceCheck {
        if let check = InForceTable.byID[id] ?? InForceTable.byDirective[directive] { return check }
        if case .drop(let mask) = change { return InForceCheck(.withoutCapabilities(mask)) }
        return InForceCheck(.readsBack)
    }
}

enum InForceTable {
    /// Directives whose restrictions are entries of one mask or one filter: all of them together
    /// show what each would show.
    static let together: Set<String> = [
        "CapabilityBoundingSet", "RestrictAddressFamilies", "RestrictNamespaces",
    ]

    private typealias Part = InForceCheck.Part

    private static let calls = Part("its system calls", .filtersCalls, need: .seccomp)

    private static func lacking(_ names: String...) -> Part {
        Part(
            names.joined(separator: " and "), .withoutCapabilities(Capability.mask(names)))
    }

    private static func each(_ paths: [String], _ trait: MountTrait) -> InForceCheck {
        InForceCheck(paths.map { Part($0, .mount($0, trait)) })
    }

    private static let homes = ["/home", "/root", "/run/user"]

    /// Rows of single steps of a ladder or list.
    static let byID: [String: InForceCheck] = [
        "ProtectSystem=yes": each(["/usr"], .readOnly),
        "ProtectSystem=full": each(["/usr", "/etc"], .readOnly),
        "ProtectSystem=strict": each(["/", "/usr", "/etc", "/run", "/var"], .readOnly),
        "ProtectHome=read-only": each(homes, .readOnly),
        "ProtectHome=tmpfs": each(homes, .type("tmpfs")),
        "ProtectHome=yes": each(homes, .inaccessible),
        "PrivateTmp=yes": each(["/tmp", "/var/tmp"], .replaced),
        "PrivateTmp=disconnected": InForceCheck([
            Part("/tmp", .mount("/tmp", .replaced)),
            Part("/var/tmp", .mount("/var/tmp", .type("tmpfs"))),
        ]),
        "UMask=0027": InForceCheck(.umask(0o027)),
        "UMask=0077": InForceCheck(.umask(0o077)),
        "ProtectControlGroups=yes": each(["/sys/fs/cgroup"], .readOnly),
        "ProtectControlGroups=strict": InForceCheck([
            Part("/sys/fs/cgroup", .mount("/sys/fs/cgroup", .readOnly)),
            Part("a namespace of its own", .ownNamespace(.cgroup)),
        ]),
        "DevicePolicy=strict": InForceCheck(
            .program(.device), beside: ["DeviceAllow": .list(["/dev/null rw"])]),
        "ProtectProc=noaccess": each(["/proc"], .option("hidepid=noaccess")),
        "ProtectProc=invisible": each(["/proc"], .option("hidepid=invisible")),
        "ProtectProc=ptraceable": each(["/proc"], .option("hidepid=ptraceable")),
    ]

    /// Rows that hold for every restriction of a directive.
    static let byDirective: [String: InForceCheck] = [
        "PrivateMounts": InForceCheck(.ownNamespace(.mnt)),
        "NoExecPaths": each(
            ["/dev/shm", "/home", "/root", "/run", "/srv", "/tmp", "/var", "/var/tmp"], .noExec),
        "RestrictFileSystems": InForceCheck(.canary(.fileSystem)),
        "PrivateDevices": InForceCheck([
            Part("/dev", .mount("/dev", .replaced)),
            Part("the device policy", .program(.device)),
            lacking("CAP_MKNOD", "CAP_SYS_RAWIO"), calls,
        ]),
        "DevicePolicy": InForceCheck(.program(.device)),
        "DeviceAllow": InForceCheck(
            .readsBack, against: ["DeviceAllow": .list(["/dev/null rw"])]),
        "ProtectKernelTunables": InForceCheck([
            // The part of /proc/sys that a container, too, may write to.
            Part("/proc/sys", .mount("/proc/sys/net", .readOnly)),
            // systemd 257 and 262 leave it writable unless they mount a sysfs of the service's own.
            Part("/sys", .mount("/sys", .readOnly), cure: "set PrivateNetwork=yes beside it"),
            calls,
        ]),
        "ProtectKernelModules": InForceCheck([
            Part("/usr/lib/modules", .mount("/usr/lib/modules", .inaccessible)),
            lacking("CAP_SYS_MODULE"), calls,
        ]),
        "ProtectKernelLogs": InForceCheck([
            Part("/proc/kmsg", .mount("/proc/kmsg", .inaccessible)),
            Part("/dev/kmsg", .mount("/dev/kmsg", .inaccessible)),
            lacking("CAP_SYSLOG"), calls,
        ]),
        "ProtectClock": InForceCheck([lacking("CAP_SYS_TIME", "CAP_WAKE_ALARM"), calls]),
        "ProtectHostname": InForceCheck([
            Part("a namespace of its own", .ownNamespace(.uts)), calls,
        ]),
        "LockPersonality": InForceCheck(.filtersCalls),
        // A kernel of 6.3 or later can do it without a filter, which leaves nothing to be seen.
        "MemoryDenyWriteExecute": InForceCheck(.canary(.writableCode)),
        "MemoryKSM": InForceCheck(.keepsMemoryApart, against: ["MemoryKSM": .flag(true)]),
        "PrivateBPF": each(["/sys/fs/bpf"], .replaced),
        "PrivateNetwork": InForceCheck(.ownNamespace(.net)),
        "RestrictAddressFamilies": InForceCheck(.filtersCalls),
        "IPAddressDeny": InForceCheck([
            Part("incoming packets", .program(.ingress)),
            Part("outgoing packets", .program(.egress)),
        ]),
        "SocketBindDeny": InForceCheck([
            Part("IPv4", .program(.bind4), need: .bpfFramework),
            Part("IPv6", .program(.bind6), need: .bpfFramework),
        ]),
        "RestrictNetworkInterfaces": InForceCheck([
            Part("incoming packets", .program(.ingress), need: .bpfFramework),
            Part("outgoing packets", .program(.egress), need: .bpfFramework),
        ]),
        "ProcSubset": each(["/proc"], .option("subset=pid")),
        "PrivatePIDs": InForceCheck(.ownNamespace(.pid)),
        "PrivateIPC": InForceCheck(.ownNamespace(.ipc)),
        "RestrictRealtime": InForceCheck(.filtersCalls),
        "RestrictSUIDSGID": InForceCheck(.filtersCalls),
        "RestrictNamespaces": InForceCheck(.filtersCalls),
        "KeyringMode": InForceCheck(
            .canary(.keyring), against: ["KeyringMode": .word("inherit")]),
        "SystemCallFilter": InForceCheck(.filtersCalls),
        "SystemCallErrorNumber": InForceCheck(
            .canary(.deniedCall),
            against: [
                "SystemCallFilter": .filter(allow: false, ["swapoff"]),
                "SystemCallErrorNumber": .number(1),
            ]),
        "SystemCallArchitectures": InForceCheck(.filtersCalls),
        "NoNewPrivileges": InForceCheck(.noNewPrivileges),
        "AmbientCapabilities": InForceCheck(
            .readsBack, against: ["AmbientCapabilities": .mask(Capability.mask(["CAP_NET_RAW"]))]),
        "PrivateUsers": InForceCheck(.ownNamespace(.user)),
        "DynamicUser": InForceCheck(.otherUser),
        "SupplementaryGroups": InForceCheck(
            .readsBack, against: ["SupplementaryGroups": .list(["daemon"])]),
        "RemoveIPC": InForceCheck(.readsBack),
        "NotifyAccess": InForceCheck(.readsBack),
        "Delegate": InForceCheck(.readsBack, against: ["Delegate": .flag(true)]),
    ]
}
