// The rows on other processes, and on what processes may become.

extension Catalogue {
    static let processes: [Directive] = [
        protectProc, procSubset, privatePIDs, privateIPC, removeIPC, restrictRealtime,
        restrictSUIDSGID, restrictNamespaces, keyringMode,
    ]

    private static let onlySystemMounts = "only the system's manager mounts /proc anew"

    private static let protectProc = Directive.ladder(
        .protectProc, "Processes of other users are not seen in /proc.",
        breaks: "monitoring and supervisors that look at foreign processes",
        introduced: 247, order: ["default", "noaccess", "invisible", "ptraceable"],
        steps: [
            .init("noaccess", prior: Prior("proc", 0.3)),
            .init("invisible", prior: Prior("proc", 0.4)),
            .init("ptraceable", prior: Prior("proc", 0.1)),
        ]
    )
    .by(.mountNamespace).refusing(.hiddenProcess).logged(as: .process)
    .scored(
        1000, range: 3, default: "default",
        ["default": 3, "noaccess": 1, "invisible": 0, "ptraceable": 0]
    )
    .beyondUsers(onlySystemMounts).onBus(BusShape("s"))
    .steps { $1.inForceCheck = .each(["/proc"], .option("hidepid=\($0)")) }

    private static let procSubset = Directive.ladder(
        .procSubset, "/proc holds processes only, no /proc/sys, /proc/meminfo and the like.",
        breaks: "programs that read the number of processors or the memory size from /proc",
        introduced: 247, order: ["all", "pid"],
        steps: [.init("pid", prior: Prior("proc", 0.6, cold: 0.05))]
    )
    .by(.mountNamespace).refusing(.hiddenTunable, .hiddenKernelFile).logged(as: .process)
    .scored(10, default: "all", ["all": 1, "pid": 0])
    .inForce(.each(["/proc"], .option("subset=pid")))
    .likely(.asked(.touches(["/proc/sys/", "/proc/net/"]), 4))
    .beyondUsers(onlySystemMounts).onBus(BusShape("s"))

    private static let privatePIDs = Directive.flag(
        .privatePIDs, "The service is process 1 of its own process namespace.",
        breaks: "forking services, programs that do not reap children or signal others",
        introduced: 257, prior: Prior("proc", 0.5, cold: 0.05)
    )
    .by(.mountNamespace).prepared(by: "(sd-pidns)").refusing(.hiddenProcess)
    .inForce(.ownNamespace(.pid))
    .onBus(BusShape("s", since: 257))
    .noGood { sandbox, dialect in
        // Measured on systemd 257 and 262.
        if sandbox[.type].value(default: "simple") == "forking" {
            return "systemd refuses it for Type=forking"
        }
        return dialect.version < 258
            ? "systemd \(dialect.version) loses the main process now and then under it, "
                + "and then stops it with SIGKILL" : nil
    }

    private static let privateIPC = Directive.flag(
        .privateIPC, "System V objects and message queues are the service's own.",
        breaks: "shared memory with other services",
        introduced: 248, prior: Prior("ipc", 0.5)
    )
    .by(.mountNamespace).refusing(.foreignObject).inForce(.ownNamespace(.ipc))

    private static let removeIPC = Directive.flag(
        .removeIPC, "System V objects of the user go when the service stops.",
        breaks: "shared memory that must outlive the service",
        introduced: 232, prior: Prior("ipc", 0.2)
    )
    .refusing(.foreignObject)
    .scored(
        Assessment(id: "RemoveIPC", weight: 100, range: 1) { seen in
            seen.isPrivileged ? nil : seen.sandbox[.removeIPC].isOn ? 0 : 1
        }
    )
    .beyondUsers("only the system's manager removes objects")
    .noGood { sandbox, dialect in
        sandbox.withImplied(by: dialect).isRoot ? "systemd never removes objects of root" : nil
    }

    private static let restrictRealtime = Directive.flag(
        .restrictRealtime, "Real-time scheduling cannot be had.",
        breaks: "audio and time-critical services",
        introduced: 231, prior: Prior("res", 0.2), needs: [.seccomp]
    )
    .by(.callFilter).failing(at: .setscheduler)
    .refusing(calls: "sched_setscheduler", "sched_setattr").scored(500).inForce(.filtersCalls)
    .likely(.asked(.calls(["sched_setscheduler", "sched_setattr"])))

    private static let restrictSUIDSGID = Directive.flag(
        .restrictSUIDSGID, "Set-user-ID and set-group-ID files cannot be made.",
        breaks: "package managers, file servers, programs without a fallback for openat2(2)",
        introduced: 242, prior: Prior("userswitch", 0.15), needs: [.seccomp]
    )
    .by(.callFilter).refusing(.modernOpen)
    .refusing(
        calls: "chmod", "fchmod", "fchmodat", "mknod", "mkdir", "open", "openat", "creat"
    )
    .scored(1000).inForce(.filtersCalls)
    // systemd's filter cannot look into the arguments of openat2(2), and answers it with ENOSYS.
    .advised(
        .forCall(
            "openat2",
            "systemd answers every openat2(2) with ENOSYS under it: have the program fall back to "
                + "openat(2), as on a kernel before 5.6, or do without",
            else: "set the bit when the file is installed, not by the service"))

    private static let restrictNamespaces = Directive(
        .restrictNamespaces, "Namespaces of these types cannot be made or joined.",
        breaks: "containers, browsers and sandboxes inside the service", introduced: 233,
        restrictions: NamespaceType.bits.map { type in
            Restriction(
                .restrictNamespaces, "~\(type.name)", .denyNamespace(type.bit),
                introduced: type.name == "time" ? 262 : 233,
                prior: Prior("ns", type.name == "mnt" ? 0.5 : 0.28), needs: [.seccomp])
        }
    )
    .by(.callFilter).refusing(calls: "unshare", "setns", "clone", "clone3")
    .inForce(.filtersCalls).examinedAtOnce.onBus(BusShape("t"))
    .scored(
        [
            ("user", 1500), ("mnt", 500), ("ipc", 500), ("pid", 500), ("cgroup", 500),
            ("net", 500), ("uts", 100),
        ].map { (name: String, weight: UInt64) in
            let bit = NamespaceType.bit(name)
            return Assessment("RestrictNamespaces=~\(name)", weight) {
                $0.sandbox[.restrictNamespaces].bits(within: .max) & bit == 0
            }
        })

    private static let keyringMode = Directive.ladder(
        .keyringMode, "The kernel keyring is the service's own.",
        breaks: "keys that are shared between services of one user",
        introduced: 235, order: ["shared", "inherit", "private"],
        steps: [.init("private", prior: Prior("keyring"))]
    )
    .failing(at: .keyring).scored(1000, default: "private", ["private": 0])
    .inForce(InForceCheck(.canary(.keyring), against: [.keyringMode: .word("inherit")]))
    .onBus(BusShape("s"))
}
