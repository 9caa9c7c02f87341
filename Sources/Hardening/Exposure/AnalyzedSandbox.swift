/// A sandbox as `systemd-analyze security` sees a live unit: with the inferences that it makes
/// before it scores.
struct AnalyzedSandbox {
    let sandbox: Sandbox
    let dialect: Dialect
    /// What `SystemCallFilter=` has, without answers.
    private let calls: (allow: Bool, names: Set<String>)

    init(_ sandbox: Sandbox, _ dialect: Dialect) {
        self.sandbox = sandbox.withImplied(by: dialect)
        self.dialect = dialect
        let (allow, names) = self.sandbox[.systemCallFilter].filtered
        calls = (allow, Set(names.map(CallName.bare)))
    }

    /// Not a static user other than root and not a dynamic one.
    var isPrivileged: Bool { sandbox.isRoot }

    /// Calls of PowerPC alone. systemd leaves out of a test what the machine's architecture does
    /// not have; these two must be, as libseccomp gives them one number elsewhere, so that
    /// @cpu-emulation reads with a call of @debug (measured on x86-64, systemd 252 to 262).
    private static let ofPower: Set = ["switch_endian", "sys_debug_setcontext"]

    /// 0...10 for one group of system calls.
    func badness(of group: String) -> UInt64 {
        let (allow, listed) = calls
        guard allow || !listed.isEmpty else { return 10 }
        let wanted = (dialect.calls[group] ?? []).subtracting(AnalyzedSandbox.ofPower)
        if allow { return wanted.isDisjoint(with: listed) ? 0 : 9 }
        return wanted.isSubset(of: listed) ? 0 : 10
    }
}
