import Hardening

/// Limits, scheduling and the cgroup. Unset values read as the manager's defaults, and setting
/// them all the same costs a privileged call at start: only what differs from a bare unit is set.
extension CopyTable {
    static let limits: [CopyRow] =
        [
            "CPU", "FSIZE", "DATA", "STACK", "CORE", "RSS", "NOFILE", "AS", "NPROC", "MEMLOCK",
            "LOCKS", "SIGPENDING", "MSGQUEUE", "NICE", "RTPRIO", "RTTIME",
        ].flatMap {
            CopyRow.rows(.transform(.hardLimit), "t", "Limit\($0)")
                + CopyRow.rows(.transform(.softLimit(of: "Limit\($0)")), "t", "Limit\($0)Soft")
        }

    static let scheduling: [CopyRow] = [
        CopyRow.copy("i", "Nice", "OOMScoreAdjust"),
        CopyRow.copy("i", "IOSchedulingClass", "IOSchedulingPriority"),
        CopyRow.copy("i", "CPUSchedulingPolicy", "CPUSchedulingPriority"),
        CopyRow.copy("b", "CPUSchedulingResetOnFork"),
        CopyRow.copy("i", "NUMAPolicy"),
        CopyRow.copy("ay", "NUMAMask", "CPUAffinity"),
        CopyRow.copy("b", "CPUAffinityFromNUMA"),
        CopyRow.copy("t", "TimerSlackNSec", "CoredumpFilter"),
        CopyRow.copy("b", "IgnoreSIGPIPE", "NonBlocking"),
        CopyRow.catalogued(.memoryKSM),
        CopyRow.copy("s", since: 262, "MemoryTHP"),
    ].flatMap { $0 }

    /// Setting the first delegates every controller, setting the second only those of its list.
    static let delegation = (
        whole: DirectiveName.delegate.rawValue, listed: "DelegateControllers"
    )

    static let resources: [CopyRow] = [
        CopyRow.copy("s", "Slice"),
        CopyRow.catalogued(.delegate),
        CopyRow.rows(.caution(.delegation), "as", delegation.listed),
        CopyRow.copy("s", since: 257, "DelegateSubgroup"),
        CopyRow.copy("as", "DisableControllers"),
        CopyRow.copy("b", "IOAccounting", "MemoryAccounting", "TasksAccounting"),
        CopyRow.copy("b", until: 257, "CPUAccounting", "BlockIOAccounting"),
        CopyRow.copy("t", "TasksMax"),
        CopyRow.copy("t", "MemoryMin", "MemoryLow", "MemoryHigh", "MemoryMax", "MemorySwapMax"),
        CopyRow.copy("t", until: 257, "DefaultMemoryLow", "DefaultMemoryMin", "MemoryLimit"),
        CopyRow.copy(
            "t", since: 257, "MemoryZSwapMax", "StartupMemoryLow", "StartupMemoryHigh",
            "StartupMemoryMax", "StartupMemorySwapMax", "StartupMemoryZSwapMax"),
        CopyRow.copy("t", since: 257, until: 257, "DefaultStartupMemoryLow"),
        CopyRow.copy("b", since: 257, "MemoryZSwapWriteback", "CoredumpReceive"),
        CopyRow.copy("t", "CPUWeight", "StartupCPUWeight"),
        CopyRow.copy("t", "CPUQuotaPerSecUSec", "CPUQuotaPeriodUSec"),
        CopyRow.copy("t", until: 257, "CPUShares", "StartupCPUShares"),
        CopyRow.copy(
            "ay", "AllowedCPUs", "StartupAllowedCPUs", "AllowedMemoryNodes",
            "StartupAllowedMemoryNodes"),
        CopyRow.copy("s", since: 262, "CPUSetPartition"),
        CopyRow.copy("t", "IOWeight", "StartupIOWeight"),
        CopyRow.copy(
            "a(st)", "IODeviceWeight", "IOReadBandwidthMax", "IOWriteBandwidthMax",
            "IOReadIOPSMax", "IOWriteIOPSMax", "IODeviceLatencyTargetUSec"),
        CopyRow.copy("t", until: 257, "BlockIOWeight", "StartupBlockIOWeight"),
        CopyRow.copy(
            "a(st)", until: 257, "BlockIODeviceWeight", "BlockIOReadBandwidth",
            "BlockIOWriteBandwidth"),
        CopyRow.copy("s", "ManagedOOMSwap", "ManagedOOMMemoryPressure", "ManagedOOMPreference"),
        CopyRow.copy("u", "ManagedOOMMemoryPressureLimit"),
        CopyRow.copy("t", since: 257, "ManagedOOMMemoryPressureDurationUSec"),
        CopyRow.copy("as", since: 262, "OOMRules"),
        CopyRow.copy("s", since: 257, "MemoryPressureWatch"),
        CopyRow.copy("t", since: 257, "MemoryPressureThresholdUSec"),
        CopyRow.copy("s", since: 262, "CPUPressureWatch", "IOPressureWatch"),
        CopyRow.copy("t", since: 262, "CPUPressureThresholdUSec", "IOPressureThresholdUSec"),
        CopyRow.catalogued(.devicePolicy),
        CopyRow.catalogued(.deviceAllow),
    ].flatMap { $0 }

    static let network: [CopyRow] = [
        CopyRow.copy("b", "IPAccounting"),
        CopyRow.catalogued(.ipAddressAllow, .ipAddressDeny),
        CopyRow.copy("as", "IPIngressFilterPath", "IPEgressFilterPath"),
        CopyRow.catalogued(.socketBindAllow, .socketBindDeny),
        CopyRow.catalogued(.restrictNetworkInterfaces),
        CopyRow.copy("s", since: 262, "BindNetworkInterface"),
        CopyRow.rows(.transform(.reversed), "a(ss)", "BPFProgram"),
        CopyRow.copy("a(iiss)", since: 257, "NFTSet"),
    ].flatMap { $0 }
}
