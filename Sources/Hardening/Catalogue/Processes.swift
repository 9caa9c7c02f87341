// The rows on other processes, and on what processes may become.

extension Catalogue {
    static let processes: [Directive] = [
        .ladder(
            "ProtectProc", "Processes of other users are not seen in /proc.",
            breaks: "monitoring and supervisors that look at foreign processes",
            introduced: 247, order: ["default", "noaccess", "invisible", "ptraceable"],
            steps: [
                .init("noaccess", prior: Prior(family: "proc", whenHot: 0.3)),
                .init("invisible", prior: Prior(family: "proc", whenHot: 0.4)),
                .init("ptraceable", prior: Prior(family: "proc", whenHot: 0.1)),
            ]),
        .ladder(
            "ProcSubset", "/proc holds processes only, no /proc/sys, /proc/meminfo and the like.",
            breaks: "programs that read the number of processors or the memory size from /proc",
            introduced: 247, order: ["all", "pid"],
            steps: [.init("pid", prior: Prior(family: "proc", whenHot: 0.6, whenCold: 0.05))]),
        .flag(
            "PrivatePIDs", "The service is process 1 of its own process namespace.",
            breaks: "forking services, programs that do not reap children or signal others",
            introduced: 257, prior: Prior(family: "proc", whenHot: 0.5, whenCold: 0.05)),
        .flag(
            "PrivateIPC", "System V objects and message queues are the service's own.",
            breaks: "shared memory with other services",
            introduced: 248, prior: Prior(family: "ipc", whenHot: 0.5)),
        .flag(
            "RemoveIPC", "System V objects of the user go when the service stops.",
            breaks: "shared memory that must outlive the service",
            introduced: 232, prior: Prior(family: "ipc", whenHot: 0.2)),
        .flag(
            "RestrictRealtime", "Real-time scheduling cannot be had.",
            breaks: "audio and time-critical services",
            introduced: 231, prior: Prior(family: "res", whenHot: 0.2), needs: [.seccomp]),
        .flag(
            "RestrictSUIDSGID", "Set-user-ID and set-group-ID files cannot be made.",
            breaks: "package managers, file servers, programs without a fallback for openat2(2)",
            introduced: 242, prior: Prior(family: "userswitch", whenHot: 0.15), needs: [.seccomp]),
        Directive(
            "RestrictNamespaces", "Namespaces of these types cannot be made or joined.",
            breaks: "containers, browsers and sandboxes inside the service", introduced: 233,
            restrictions: NamespaceType.bits.map { type in
                Restriction(
                    id: "RestrictNamespaces=~\(type.name)", directive: "RestrictNamespaces",
                    change: .drop(type.bit), introduced: type.name == "time" ? 262 : 233,
                    prior: Prior(family: "ns", whenHot: type.name == "mnt" ? 0.5 : 0.28),
                    needs: [.seccomp])
            }),
        .ladder(
            "KeyringMode", "The kernel keyring is the service's own.",
            breaks: "keys that are shared between services of one user",
            introduced: 235, order: ["shared", "inherit", "private"],
            steps: [.init("private", prior: Prior(family: "keyring"))]),
    ]
}
