// The rows on the kernel's own interfaces.

extension Catalogue {
    static let kernel: [Directive] = [
        .flag(
            "ProtectKernelTunables", "/proc/sys, /sys and the like are read-only.",
            breaks: "setting sysctls, writing below /sys",
            introduced: 232, prior: Prior(family: "ktun", whenHot: 0.9)),
        .flag(
            "ProtectKernelModules", "Kernel modules cannot be loaded or read.",
            breaks: "loading modules explicitly, reading /usr/lib/modules",
            introduced: 232, prior: Prior(family: "kmod", whenHot: 0.5),
            implies: ["CapabilityBoundingSet=~CAP_SYS_MODULE", "SystemCallFilter=~@module"]),
        .flag(
            "ProtectKernelLogs", "The kernel's log cannot be read or written.",
            breaks: "log collectors that read /dev/kmsg",
            introduced: 244, prior: Prior(family: "klog", whenHot: 0.6),
            implies: ["CapabilityBoundingSet=~CAP_SYSLOG"]),
        .flag(
            "ProtectClock", "The clocks of the machine cannot be set.",
            breaks: "time daemons; also programs that only read adjtimex(2)",
            introduced: 245, prior: Prior(family: "clock", whenHot: 0.5),
            implies: [
                "CapabilityBoundingSet=~CAP_SYS_TIME", "CapabilityBoundingSet=~CAP_WAKE_ALARM",
                "SystemCallFilter=~@clock",
            ]),
        .ladder(
            "ProtectControlGroups", "The control group tree is read-only, or also private.",
            breaks: "container managers, monitoring that resolves control group paths",
            introduced: 232,
            // Neither of yes (read-only) and private (a namespace) contains the other: a service
            // with private has strict as its next step, never yes, which would take from it.
            order: ["no", "yes", "private", "strict"],
            steps: [
                .init("yes", prior: Prior(family: "ktun", whenHot: 0.25)),
                .init("strict", introduced: 257, prior: Prior(family: "ktun", whenHot: 0.2)),
            ]),
        .ladder(
            "ProtectHostname", "The host name cannot be changed, or is also private.",
            breaks: "DHCP clients and agents that set the host name",
            introduced: 242, order: ["no", "private", "yes"],
            steps: [.init("yes", prior: Prior(family: "host", whenHot: 0.8))]),
        .flag(
            "LockPersonality", "The execution domain cannot be changed.",
            breaks: "emulators and programs that switch off address randomisation",
            introduced: 235, prior: Prior(family: "jit", whenHot: 0.04), needs: [.seccomp]),
        .flag(
            "MemoryDenyWriteExecute", "No memory is writable and executable.",
            breaks: "just-in-time compilers: Java, Node, .NET, LuaJIT, PCRE",
            introduced: 231, prior: Prior(family: "jit", whenHot: 0.95), needs: [.seccomp]),
        Directive(
            "MemoryKSM", "Memory pages are not merged with those of other services.",
            breaks: "nothing known", introduced: 254,
            restrictions: [
                Restriction(
                    id: "MemoryKSM=no", directive: "MemoryKSM", change: .turn(false),
                    introduced: 254, prior: Prior(family: "memoryksm"))
            ]),
        .flag(
            "PrivateBPF", "The BPF file system is the service's own.",
            breaks: "programs pinned in /sys/fs/bpf",
            introduced: 258, prior: Prior(family: "bpf", whenHot: 0.6), needs: [.bpfFileSystem]),
    ]
}
