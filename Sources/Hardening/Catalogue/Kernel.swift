// The rows on the kernel's own interfaces.

extension Catalogue {
    static let kernel: [Directive] = [
        protectKernelTunables, protectKernelModules, protectKernelLogs, protectClock,
        protectControlGroups, protectHostname, lockPersonality, memoryDenyWriteExecute, memoryKSM,
        privateBPF,
    ]

    private static let protectKernelTunables = Directive.flag(
        .protectKernelTunables, "/proc/sys, /sys and the like are read-only.",
        breaks: "setting sysctls, writing below /sys",
        introduced: 232, prior: Prior("ktun", 0.9)
    )
    .by(.mountNamespace, .callFilter).refusing(.hiddenTunable, .readOnlyTunable)
    .logged(as: .readOnly).scored(1000)
    .survived(because: "ProcSubset=pid takes away what cannot be written, and programs go on")
    .inForce(
        // The part of /proc/sys that a container, too, may write to.
        .init("/proc/sys", .mount("/proc/sys/net", .readOnly)),
        // systemd 257 and 262 leave it writable unless they mount a sysfs of the service's own.
        .init("/sys", .mount("/sys", .readOnly), cure: "set PrivateNetwork=yes beside it"),
        .calls
    )
    .likely(.asked(.writes(below: ["/proc/", "/sys/"]), 4))
    .advised(.forTunable("set it at boot by sysctl.d(5)", below: "/proc/sys/"))

    private static let protectKernelModules = Directive.flag(
        .protectKernelModules, "Kernel modules cannot be loaded or read.",
        breaks: "loading modules explicitly, reading /usr/lib/modules",
        introduced: 232, prior: Prior("kmod", 0.5),
        implies: ["CapabilityBoundingSet=~CAP_SYS_MODULE", "SystemCallFilter=~@module"]
    )
    .by(.mountNamespace, .callFilter).refusing(.hiddenModules)
    .refusing(calls: "init_module", "finit_module", "delete_module").scored(1000)
    .inForce(
        .init("/usr/lib/modules", .mount("/usr/lib/modules", .inaccessible)),
        .lacking("CAP_SYS_MODULE"), .calls
    )
    .likely(.asked(.calls(["init_module", "finit_module"])))

    private static let protectKernelLogs = Directive.flag(
        .protectKernelLogs, "The kernel's log cannot be read or written.",
        breaks: "log collectors that read /dev/kmsg",
        introduced: 244, prior: Prior("klog", 0.6),
        implies: ["CapabilityBoundingSet=~CAP_SYSLOG"]
    )
    .by(.mountNamespace, .callFilter).refusing(.hiddenKernelLog).refusing(calls: "syslog")
    .scored(1000)
    .inForce(
        .init("/proc/kmsg", .mount("/proc/kmsg", .inaccessible)),
        .init("/dev/kmsg", .mount("/dev/kmsg", .inaccessible)), .lacking("CAP_SYSLOG"), .calls
    )
    .likely(.asked(.either(.calls(["syslog"]), .touches(["/dev/kmsg"]))))

    private static let protectClock = Directive.flag(
        .protectClock, "The clocks of the machine cannot be set.",
        breaks: "time daemons; also programs that only read adjtimex(2)",
        introduced: 245, prior: Prior("clock", 0.5),
        implies: [
            "CapabilityBoundingSet=~CAP_SYS_TIME", "CapabilityBoundingSet=~CAP_WAKE_ALARM",
            "SystemCallFilter=~@clock",
        ]
    )
    .by(.mountNamespace, .callFilter)
    .refusing(calls: "adjtimex", "clock_adjtime", "clock_settime", "settimeofday").scored(1000)
    .inForce(.lacking("CAP_SYS_TIME", "CAP_WAKE_ALARM"), .calls)
    .likely(.asked(.calls(["adjtimex", "clock_adjtime", "clock_settime"])))
    .loading { sandbox, _ in
        guard sandbox[.protectClock].isOn else { return }
        // Reading the hardware clock stays possible, which then costs in the score.
        let devices = sandbox[.deviceAllow].entries
        let isLimited =
            sandbox[.devicePolicy].value(default: "auto") != "auto" || !devices.isEmpty
        if isLimited && !devices.contains(Sandbox.hardwareClock) {
            sandbox[.deviceAllow] = .list(devices + [Sandbox.hardwareClock])
        }
    }

    private static let protectControlGroups = Directive.ladder(
        .protectControlGroups, "The control group tree is read-only, or also private.",
        breaks: "container managers, monitoring that resolves control group paths",
        introduced: 232,
        // Neither of yes (read-only) and private (a namespace) contains the other: a service
        // with private has strict as its next step, never yes, which would take from it.
        order: ["no", "yes", "private", "strict"],
        steps: [
            .init("yes", prior: Prior("ktun", 0.25), check: .each(["/sys/fs/cgroup"], .readOnly)),
            .init(
                "strict", introduced: 257, prior: Prior("ktun", 0.2),
                check: InForceCheck([
                    .init("/sys/fs/cgroup", .mount("/sys/fs/cgroup", .readOnly)),
                    .init("a namespace of its own", .ownNamespace(.cgroup)),
                ])),
        ]
    )
    .by(.mountNamespace).refusing(.readOnlyControlGroup).logged(as: .readOnly)
    .scoredAsBoolean(1000).onBus(.grown())

    private static let protectHostname = Directive.ladder(
        .protectHostname, "The host name cannot be changed, or is also private.",
        breaks: "DHCP clients and agents that set the host name",
        introduced: 242, order: ["no", "private", "yes"],
        steps: [.init("yes", prior: Prior("host", 0.8))]
    )
    .by(.mountNamespace, .callFilter).refusing(calls: "sethostname", "setdomainname")
    .scoredAsBoolean(50).inForce(.init("a namespace of its own", .ownNamespace(.uts)), .calls)
    .likely(.asked(.calls(["sethostname", "setdomainname"]))).onBus(.grown("(ss)", since: 262))

    private static let lockPersonality = Directive.flag(
        .lockPersonality, "The execution domain cannot be changed.",
        breaks: "emulators and programs that switch off address randomisation",
        introduced: 235, prior: Prior("jit", 0.04), needs: [.seccomp]
    )
    .by(.callFilter).refusing(calls: "personality").eachLogged(as: .personality).scored(100)
    .inForce(.filtersCalls).likely(.asked(.calls(["personality"])))

    private static let memoryDenyWriteExecute = Directive.flag(
        .memoryDenyWriteExecute, "No memory is writable and executable.",
        breaks: "just-in-time compilers: Java, Node, .NET, LuaJIT, PCRE",
        introduced: 231, prior: Prior("jit", 0.95), needs: [.seccomp]
    )
    .by(.callFilter).refusing(.code).refusing(calls: "mmap", "mprotect", "pkey_mprotect", "shmat")
    .eachLogged(as: .code, .protection).scored(100)
    // A kernel of 6.3 or later can do it without a filter, which leaves nothing to be seen.
    .inForce(.canary(.writableCode)).likely(Likelihood(.writableCode, 60, else: 0.2))
    .changed(
        MeaningChange(
            before: 252, after: 254,
            text:
                "MemoryDenyWriteExecute=yes answers EACCES and no longer EPERM: the kernel itself "
                + "enforces it (PR_SET_MDWE)")
    )
    .advised(.always("no exception can be made for one process that makes code at run time"))

    private static let memoryKSM = Directive(
        .memoryKSM, "Memory pages are not merged with those of other services.",
        breaks: "nothing known", introduced: 254,
        restrictions: [
            Restriction(.memoryKSM, "no", .turn(false), introduced: 254, prior: Prior("memoryksm"))
        ]
    )
    .failing(at: .ksm)
    .inForce(InForceCheck(.keepsMemoryApart, against: [.memoryKSM: .flag(true)]))
    .onBus(BusShape("b", since: 257, copying: .onlyWhenTrue))

    private static let privateBPF = Directive.flag(
        .privateBPF, "The BPF file system is the service's own.",
        breaks: "programs pinned in /sys/fs/bpf",
        introduced: 258, prior: Prior("bpf", 0.6), needs: [.bpfFileSystem]
    )
    .by(.mountNamespace).failing(at: .bpf).refusing(calls: "bpf")
    .inForce(.each(["/sys/fs/bpf"], .replaced)).onBus(BusShape("s", since: 262))
}
