// The rows on system calls.

extension Catalogue {
    static let systemCalls: [Directive] = [
        systemCallFilter, systemCallErrorNumber, systemCallArchitectures,
    ]

    private static let systemCallFilter = Directive(
        .systemCallFilter, "These groups of system calls are denied.",
        breaks: "whatever needs the calls: `systemd-analyze syscall-filter` lists a group",
        introduced: 187, restrictions: callGroups.map(\.restriction) + [userfaultfd, systemService]
    )
    .by(.callFilter).failing(at: .capabilities).inForce(.filtersCalls)
    .onBus(BusShape("(bas)", copying: .callFilter))
    .changed(
        MeaningChange(
            before: 252, after: 257, only: "SystemCallFilter=@system-service",
            text:
                "SystemCallFilter=@system-service answers calls that it does not know with ENOSYS "
                + "and no longer with the error number that is set")
    )
    .scored(
        [
            ("@swap", 1000), ("@obsolete", 250), ("@clock", 1000), ("@cpu-emulation", 250),
            ("@debug", 1000), ("@mount", 1000), ("@module", 1000), ("@raw-io", 1000),
            ("@reboot", 1000), ("@privileged", 700), ("@resources", 700),
        ].map { (group: String, weight: UInt64) in
            Assessment(id: "SystemCallFilter=~\(group)", weight: weight, range: 10) {
                $0.badness(of: group)
            }
        })

    /// A call by itself: no group denies it without others that services need.
    private static let userfaultfd = CallGroup("userfaultfd", "userfaultfd", 0.7).restriction

    private static let systemService = {
        var restriction = Restriction(
            .systemCallFilter, "@system-service", .allowOnlyCalls("@system-service"),
            introduced: 239,
            // The groups that @system-service leaves out on systemd 252 to 262.
            implies: Set(
                [
                    "@clock", "@cpu-emulation", "@debug", "@module", "@mount", "@obsolete",
                    "@raw-io", "@reboot", "@swap",
                ].map { "SystemCallFilter=~\($0)" }),
            prior: Prior("system-service", 0.5), needs: [.seccomp])
        restriction.likelihoods = [.asked(.callsBeyond(group: "@system-service"), 3)]
        return restriction
    }()

    private static let systemCallErrorNumber = Directive(
        .systemCallErrorNumber, "What a denied system call gets: an error number, or death.",
        breaks: "programs that try a call and go on when it is refused", introduced: 209,
        restrictions: [
            Restriction(
                .systemCallErrorNumber, "kill", .killOnDeniedCall, introduced: 247,
                prior: Prior("kill", 0.6, cold: 0.1), needs: [.seccomp],
                heldBack: "it gains no exposure and kills on every path that no probe takes")
        ]
    )
    .by(.otherFilters).onBus(BusShape("i"))
    .inForce(
        InForceCheck(
            .canary(.deniedCall),
            against: [
                .systemCallFilter: .filter(allow: false, ["swapoff"]),
                .systemCallErrorNumber: .number(1),
            ])
    )
    .advised(
        .always(
            "let a denied call fail instead of killing", settings: ["SystemCallErrorNumber=EPERM"])
    )

    private static let systemCallArchitectures = Directive(
        .systemCallArchitectures, "Only system calls of the machine's own architecture.",
        breaks: "32-bit programs", introduced: 209,
        restrictions: [
            Restriction(
                .systemCallArchitectures, "native", .set(["native"]), prior: Prior("arch", 0.9),
                needs: [.seccomp])
        ]
    )
    .by(.callFilter).inForce(.filtersCalls).onBus(BusShape("as"))
    .scored(
        Assessment(id: "SystemCallArchitectures", weight: 1000, range: 10) { seen in
            let names = seen.sandbox[.systemCallArchitectures].entries
            return names.isEmpty ? 10 : names == ["native"] ? 0 : 8
        })

    private struct CallGroup {
        let name: String
        let prior: Prior
        /// 187 stands for all that systemd 252 knows.
        let introduced: Int
        var contains: Set<String> = []
        var heldBack: String?
        let logSignatures: Set<LogSignature>
        /// Whether only root needs its calls: to become somebody else.
        let isForRoot: Bool

        init(
            _ name: String, _ family: String, _ whenHot: Double, introduced: Int = 187,
            contains: [String] = [], heldBack: String? = nil, isForRoot: Bool = false,
            _ logSignatures: LogSignature...
        ) {
            self.name = name
            self.introduced = introduced
            prior = Prior(family, whenHot)
            self.contains = Set(contains.map { "SystemCallFilter=~\($0)" })
            self.heldBack = heldBack
            self.isForRoot = isForRoot
            self.logSignatures = Set(logSignatures)
        }

        var restriction: Restriction {
            var restriction = Restriction(
                .systemCallFilter, "~\(name)", .denyCalls(name), introduced: introduced,
                implies: contains, prior: prior, needs: [.seccomp], heldBack: heldBack)
            restriction.isForRoot = isForRoot
            restriction.logSignatures = logSignatures
            // With an error number for an answer, most calls are done without.
            restriction.likelihoods = [.asked(.callsOf(group: name), 3, else: 0.03)]
            if ["@setuid", "@privileged"].contains(name) {
                restriction.likelihoods.insert(
                    Likelihood(.severalUsers, 40, else: 0.3, .untracedOrSeen), at: 0)
            }
            return restriction
        }
    }

    private static let noProgram = "no program runs without it"

    /// Every group of systemd 252 to 262, with the groups it contains as a whole.
    private static let callGroups: [CallGroup] = [
        CallGroup("@aio", "aio", 0.7),
        CallGroup("@basic-io", "core", 1, heldBack: noProgram),
        CallGroup("@chown", "owner", 0.7, isForRoot: true, .owner),
        CallGroup("@clock", "clock", 0.8),
        CallGroup("@cpu-emulation", "cpu-emulation", 0.7),
        CallGroup("@debug", "proc", 0.15),
        CallGroup("@default", "core", 1, heldBack: noProgram),
        CallGroup("@file-system", "core", 1, heldBack: noProgram),
        CallGroup("@io-event", "core", 1, heldBack: "hardly a service runs without it"),
        CallGroup("@ipc", "ipc", 0.4),
        CallGroup("@keyring", "keyring", 0.7),
        CallGroup("@memlock", "res", 0.15, .memory),
        CallGroup("@module", "kmod", 0.7),
        CallGroup("@mount", "ns", 0.8, .chroot),
        CallGroup("@network-io", "inet", 0.98, heldBack: "hardly a service runs without it"),
        CallGroup("@obsolete", "obsolete", 0.7),
        CallGroup("@pkey", "jit", 0.03),
        CallGroup(
            "@privileged", "userswitch", 0.6,
            contains: ["@chown", "@clock", "@module", "@raw-io", "@reboot", "@swap"],
            isForRoot: true, .owner, .group, .user, .chroot),
        CallGroup("@process", "core", 1, heldBack: "hardly a service runs without it"),
        CallGroup("@raw-io", "dev", 0.1),
        CallGroup("@reboot", "reboot", 0.7),
        CallGroup("@resources", "res", 0.8, .limits),
        CallGroup("@sandbox", "ns", 0.1, introduced: 253),
        CallGroup("@setuid", "userswitch", 0.85, isForRoot: true, .group, .user),
        CallGroup("@signal", "core", 1, heldBack: "hardly a service runs without it"),
        CallGroup("@swap", "swap", 0.7),
        CallGroup("@sync", "sync", 0.7),
        CallGroup("@timer", "timer", 0.7),
    ]

    /// The names of all groups, for reading their contents from the running systemd.
    public static let callGroupNames: [String] = callGroups.map(\.name) + ["@system-service"]
}

extension Restriction {
    /// That a denied system call kills, instead of failing.
    public static let killing = "SystemCallErrorNumber=kill"

    /// The setting that lets single calls through whatever filter stands before it
    /// (systemd.exec(5): a name that is listed later takes an earlier one back).
    public static func letting(through calls: [String]) -> String {
        "\(DirectiveName.systemCallFilter)=\(calls.joined(separator: " "))"
    }
}
