// The rows on system calls.

extension Catalogue {
    static let systemCalls: [Directive] = [
        Directive(
            "SystemCallFilter", "These groups of system calls are denied.",
            breaks: "whatever needs the calls: `systemd-analyze syscall-filter` lists a group",
            introduced: 187,
            restrictions: callGroups.map { group in
                Restriction(
                    id: "SystemCallFilter=~\(group.name)", directive: "SystemCallFilter",
                    change: .denyCalls(group.name), introduced: group.introduced,
                    implies: group.contains,
                    prior: group.prior, needs: [.seccomp], heldBack: group.heldBack)
            } + [
                Restriction(
                    id: "SystemCallFilter=@system-service", directive: "SystemCallFilter",
                    change: .allowOnlyCalls("@system-service"), introduced: 239,
                    // The groups that @system-service leaves out on systemd 252 to 262.
                    implies: Set(
                        [
                            "@clock", "@cpu-emulation", "@debug", "@module", "@mount",
                            "@obsolete", "@raw-io", "@reboot", "@swap",
                        ].map { "SystemCallFilter=~\($0)" }),
                    prior: Prior(family: "system-service", whenHot: 0.5), needs: [.seccomp])
            ]),
        Directive(
            "SystemCallErrorNumber", "What a denied system call gets: an error number, or death.",
            breaks: "programs that try a call and go on when it is refused", introduced: 209,
            restrictions: [
                Restriction(
                    id: "SystemCallErrorNumber=kill", directive: "SystemCallErrorNumber",
                    change: .killOnDeniedCall, introduced: 247,
                    prior: Prior(family: "kill", whenHot: 0.6, whenCold: 0.1), needs: [.seccomp])
            ]),
        Directive(
            "SystemCallArchitectures", "Only system calls of the machine's own architecture.",
            breaks: "32-bit programs", introduced: 209,
            restrictions: [
                Restriction(
                    id: "SystemCallArchitectures=native", directive: "SystemCallArchitectures",
                    change: .set(["native"]), prior: Prior(family: "arch", whenHot: 0.9),
                    needs: [.seccomp])
            ]),
    ]

    private struct CallGroup {
        let name: String
        let prior: Prior
        /// 187 stands for all that systemd 252 knows.
        let introduced: Int
        var contains: Set<String> = []
        var heldBack: String?

        init(
            _ name: String, _ family: String, _ whenHot: Double, introduced: Int = 187,
            contains: [String] = [], heldBack: String? = nil
        ) {
            self.name = name
            self.introduced = introduced
            prior = Prior(family: family, whenHot: whenHot)
            self.contains = Set(contains.map { "SystemCallFilter=~\($0)" })
            self.heldBack = heldBack
        }
    }

    private static let noProgram = "no program runs without it"

    /// Every group of systemd 252 to 262, with the groups it contains as a whole.
    private static let callGroups: [CallGroup] = [
        CallGroup("@aio", "aio", 0.7),
        CallGroup("@basic-io", "core", 1, heldBack: noProgram),
        CallGroup("@chown", "owner", 0.7),
        CallGroup("@clock", "clock", 0.8),
        CallGroup("@cpu-emulation", "cpu-emulation", 0.7),
        CallGroup("@debug", "proc", 0.15),
        CallGroup("@default", "core", 1, heldBack: noProgram),
        CallGroup("@file-system", "core", 1, heldBack: noProgram),
        CallGroup("@io-event", "core", 1, heldBack: "hardly a service runs without it"),
        CallGroup("@ipc", "ipc", 0.4),
        CallGroup("@keyring", "keyring", 0.7),
        CallGroup("@memlock", "res", 0.15),
        CallGroup("@module", "kmod", 0.7),
        CallGroup("@mount", "ns", 0.8),
        CallGroup("@network-io", "inet", 0.98, heldBack: "hardly a service runs without it"),
        CallGroup("@obsolete", "obsolete", 0.7),
        CallGroup("@pkey", "jit", 0.03),
        CallGroup(
            "@privileged", "userswitch", 0.6,
            contains: ["@chown", "@clock", "@module", "@raw-io", "@reboot", "@swap"]),
        CallGroup("@process", "core", 1, heldBack: "hardly a service runs without it"),
        CallGroup("@raw-io", "dev", 0.1),
        CallGroup("@reboot", "reboot", 0.7),
        CallGroup("@resources", "res", 0.8),
        CallGroup("@sandbox", "ns", 0.1, introduced: 253),
        CallGroup("@setuid", "userswitch", 0.85),
        CallGroup("@signal", "core", 1, heldBack: "hardly a service runs without it"),
        CallGroup("@swap", "swap", 0.7),
        CallGroup("@sync", "sync", 0.7),
        CallGroup("@timer", "timer", 0.7),
    ]

    /// The names of all groups, for reading their contents from the running systemd.
    public static let callGroupNames: [String] = callGroups.map(\.name) + ["@system-service"]
}
