/// What can be read but is no setting of the unit.
extension CopyTable {
    static let observed: [CopyRow] = [names, texts, history, usage, others].flatMap { $0 }

    private static let names: [CopyRow] = [
        CopyRow.notASetting(.identity, "s", "Id", "Following", "FragmentPath", "SourcePath"),
        CopyRow.notASetting(.identity, "as", "Names", "DropInPaths"),
        CopyRow.notASetting(.identity, "s", "UnitFileState", "UnitFilePreset", "ControlGroup"),
        CopyRow.notASetting(.identity, "t", "ControlGroupId"),
        CopyRow.notASetting(.identity, "ay", "InvocationID"),
        CopyRow.notASetting(.identity, "b", "Transient", "Perpetual"),
        CopyRow.notASetting(.trial, "s", "CollectMode"),
        CopyRow.notASetting(.trial, "as", "Refs"),
    ].flatMap { $0 }

    private static let texts: [CopyRow] =
        CopyRow.notASetting(.text, "s", "Description")
        + CopyRow.notASetting(.text, "as", "Documentation")

    private static let history: [CopyRow] = [
        [
            "StateChange", "InactiveExit", "ActiveEnter", "ActiveExit", "InactiveEnter",
            "Condition", "Assert", "Watchdog", "ExecMainStart", "ExecMainExit",
        ].flatMap {
            CopyRow.notASetting(.state, "t", "\($0)Timestamp", "\($0)TimestampMonotonic")
        },
        CopyRow.notASetting(
            .state, "t", since: 257, "ExecMainHandoffTimestamp",
            "ExecMainHandoffTimestampMonotonic", "RestartUSecNext"),
        CopyRow.notASetting(
            .state, "s", "LoadState", "ActiveState", "FreezerState", "SubState", "StatusText",
            "Result", "ReloadResult", "CleanResult", "AccessSELinuxContext"),
        CopyRow.notASetting(
            .state, "s", since: 257, "StatusBusError", "StatusVarlinkError", "LiveMountResult"),
        CopyRow.notASetting(.state, "b", "ConditionResult", "AssertResult", "NeedDaemonReload"),
        CopyRow.notASetting(.state, "b", since: 257, "DebugInvocation"),
        CopyRow.notASetting(
            .state, "i", "StatusErrno", "ExecMainCode", "ExecMainStatus"),
        CopyRow.notASetting(
            .state, "u", "MainPID", "ControlPID", "ExecMainPID", "NRestarts", "UID", "GID"),
        CopyRow.notASetting(.state, "as", "Markers"),
        CopyRow.notASetting(.state, "(ss)", "LoadError"),
        CopyRow.notASetting(.state, "(uo)", "Job"),
        CopyRow.notASetting(.state, "a(ss)", "ActivationDetails"),
    ].flatMap { $0 }

    private static let usage: [CopyRow] = [
        CopyRow.notASetting(
            .usage, "t", "MemoryCurrent", "MemoryAvailable", "CPUUsageNSec", "TasksCurrent",
            "IPIngressBytes", "IPIngressPackets", "IPEgressBytes", "IPEgressPackets",
            "IOReadBytes", "IOReadOperations", "IOWriteBytes", "IOWriteOperations"),
        CopyRow.notASetting(
            .usage, "t", since: 257, "MemoryPeak", "MemorySwapCurrent", "MemorySwapPeak",
            "MemoryZSwapCurrent"),
        CopyRow.notASetting(.usage, "t", since: 262, "OOMKills", "ManagedOOMKills"),
        CopyRow.notASetting(
            .usage, "(tt)", since: 262, "StateDirectoryQuotaUsage", "CacheDirectoryQuotaUsage",
            "LogsDirectoryQuotaUsage"),
        CopyRow.notASetting(.machine, "ay", "EffectiveCPUs", "EffectiveMemoryNodes"),
        CopyRow.notASetting(
            .machine, "t", since: 257, "EffectiveMemoryMax", "EffectiveMemoryHigh",
            "EffectiveTasksMax"),
    ].flatMap { $0 }

    private static let others: [CopyRow] = [
        CopyRow.notASetting(
            .ownedByOthers, "as", "RequiredBy", "RequisiteOf", "WantedBy", "BoundBy", "UpheldBy",
            "ConsistsOf", "ConflictedBy", "OnFailureOf", "OnSuccessOf", "SliceOf"),
        // Follow from the other settings; a copy that is faithful has the same.
        CopyRow.derived(
            "b", "CanStart", "CanStop", "CanReload", "CanIsolate", "CanFreeze", "SameProcessGroup"),
        CopyRow.derived("b", since: 257, "CanLiveMount"),
        CopyRow.derived("as", "CanClean"),
    ].flatMap { $0 }
}
