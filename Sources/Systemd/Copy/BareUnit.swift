public import SystemdBus

/// The transient unit that a copy is computed as the difference from: nothing set, so that all
/// it reads are the defaults of this manager, global drop-ins included.
public enum BareUnit {
    /// What to hand to `StartTransientUnit`, with a name that no unit has, before reading it.
    ///
    /// Its condition is never true, so no process runs; the job is `done` and the unit stays
    /// readable, inactive, until the bus connection is closed or the reference given back. It
    /// has the type of the copy, because the defaults of `NotifyAccess`, `TimeoutStartUSec` and
    /// others depend on it.
    ///
    /// Measured with systemd 252, 257 and 262: it reads the same settings as a unit that runs,
    /// but for `Conditions` and for `WatchdogUSec`, which is infinite before a start and 0 after.
    public static func properties(for original: ServiceType) -> [(String, BusValue)] {
        [
            ("Type", .string(original.ofCopy.rawValue)),
            (
                "ExecStart",
                .array(
                    element: "(sasb)",
                    [.structure([.string("/bin/true"), .strings(["/bin/true"]), .bool(false)])])
            ),
            (
                "Conditions",
                .array(
                    element: "(sbbs)",
                    [
                        .structure([
                            .string("ConditionPathExists"), .bool(false), .bool(true),
                            .string("/"),
                        ])
                    ])
            ),
            ("AddRef", .bool(true)),
            ("CollectMode", .string("inactive-or-failed")),
        ]
    }
}
