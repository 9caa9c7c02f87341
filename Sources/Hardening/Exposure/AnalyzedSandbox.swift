/// A sandbox as `systemd-analyze security` sees a live unit: with the inferences that it makes
/// before it scores.
struct AnalyzedSandbox {
    let sandbox: Sandbox
    let dialect: Dialect

    init(_ sandbox: Sandbox, _ dialect: Dialect) {
        self.sandbox = sandbox.withImplied(by: dialect)
        self.dialect = dialect
    }

    /// Not a static user other than root and not a dynamic one.
    var isPrivileged: Bool { sandbox.isRoot }

    /// Calls of PowerPC alone. systemd leaves out of a test what the machine's architecture does
    /// not have; these two must be, as libseccomp gives them one number elsewhere, so that
    /// @cpu-emulation reads with a call of @debug (measured on x86-64, systemd 252 to 262).
    private static let ofPower: Set = ["switch_endian", "sys_debug_setcontext"]

    /// 0...10 for one group of system calls.
    func badness(of group: String, in name: DirectiveName) -> UInt64 {
        let (allow, names) = sandbox[name].filtered
        guard allow || !names.isEmpty else { return 10 }
        let listed = Set(names.map(CallName.bare))
        let calls = (dialect.calls[group] ?? []).subtracting(AnalyzedSandbox.ofPower)
        if allow { return calls.isDisjoint(with: listed) ? 0 : 9 }
        return calls.isSubset(of: listed) ? 0 : 10
    }
}
