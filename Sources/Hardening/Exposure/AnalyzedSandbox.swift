/// A sandbox as `systemd-analyze security` sees a live unit: with the inferences that it makes
/// before it scores (capabilities implied by Protect settings, PrivateMounts inferred).
struct AnalyzedSandbox {
    let sandbox: Sandbox
    let dialect: Dialect
    let capabilities: UInt64
    let namespaces: UInt64

    init(_ sandbox: Sandbox, _ dialect: Dialect) {
        self.sandbox = sandbox.withImplied(by: dialect)
        self.dialect = dialect
        capabilities = self.sandbox.mask("CapabilityBoundingSet", default: Capability.all)
        namespaces = sandbox.mask("RestrictNamespaces", default: .max)
    }

    /// Not a static user other than root and not a dynamic one.
    var isPrivileged: Bool { sandbox.isRoot }

    var user: String {
        if case .word(let name) = sandbox["User"] { name } else { "" }
    }

    var hasMounts: Bool {
        ["PrivateMounts", "PrivateDevices", "ProtectKernelTunables", "ProtectKernelModules"]
            .contains(where: sandbox.flag)
            || isOn("PrivateTmp") || isOn("ProtectControlGroups")
            || sandbox.word("ProtectHome", default: "no") != "no"
            || sandbox.word("ProtectSystem", default: "no") != "no"
            || !rootTree("RootImage").isEmpty
    }

    /// Whether the *boolean* property reads true. Modes that the boolean does not know
    /// (`PrivateTmp=disconnected`) read true as well.
    func isOn(_ directive: String) -> Bool {
        sandbox.word(directive, default: "no") != "no"
    }

    func rootTree(_ directive: String) -> String {
        if case .word(let path) = sandbox[directive], path != "/" { path } else { "" }
    }

    /// Which classes of address families can still be used: inet, unix, netlink, packet, other.
    func canUse(family wanted: String) -> Bool {
        let (allow, names) = sandbox.filter("RestrictAddressFamilies")
        let listed = names.contains { AnalyzedSandbox.familyClass($0) == wanted }
        // In a deny-list one family of a class is taken for all of them.
        return allow ? listed : !listed
    }

    private static func familyClass(_ name: String) -> String {
        switch name {
        case "AF_INET", "AF_INET6": "inet"
        case "AF_UNIX": "unix"
        case "AF_NETLINK": "netlink"
        case "AF_PACKET": "packet"
        default: "other"
        }
    }

    /// Calls of PowerPC alone. systemd leaves out of a test what the machine's architecture does
    /// not have; these two must be, as libseccomp gives them one number elsewhere, so that
    /// @cpu-emulation reads with a call of @debug (measured on x86-64, systemd 252 to 262).
    private static let ofPower: Set = ["switch_endian", "sys_debug_setcontext"]

    /// 0...10 for one group of system calls.
    func callBadness(_ group: String) -> UInt64 {
        guard sandbox.filtersCalls else { return 10 }
        let (allow, names) = sandbox.filter("SystemCallFilter")
        let listed = Set(names.map(CallName.bare))
        let calls = (dialect.calls[group] ?? []).subtracting(AnalyzedSandbox.ofPower)
        if allow { return calls.isDisjoint(with: listed) ? 0 : 9 }
        return calls.isSubset(of: listed) ? 0 : 10
    }
}
