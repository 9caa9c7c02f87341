/// What can be read but is no setting of the unit.
extension CopyTable {
    static let observed: [CopyRow] = [names, texts, history, usage, others].flatMap { $0 }

    private static let names: [CopyRow] = [
        CopyRow.rows(.notASetting(.identity), "s", "Id", "Following", "FragmentPath", "SourcePath"),
        CopyRow.rows(.notASetting(.identity), "as", "Names", "DropInPaths"),
        CopyRow.rows(
            .notASetting(.identity), "s", "UnitFileState", "UnitFilePreset", "ControlGroup"),
        CopyRow.rows(.notASetting(.identity), "t", "ControlGroupId"),
        CopyRow.rows(.notASetting(.identity), "ay", "InvocationID"),
        CopyRow.rows(.notASetting(.identity), "b", "Transient", "Perpetual"),
        CopyRow.rows(.notASetting(.trial), "s", "CollectMode"),
        CopyRow.rows(.notASetting(.trial), "as", "Refs"),
    ].flatMap { $0 }

    private static let texts: [CopyRow] =
        CopyRow.rows(.notASetting(.text), "s", "Description")
        + CopyRow.rows(.notASetting(.text), "as", "Documentation")

    private static let history: [CopyRow] = [
        [
            "StateChange", "InactiveExit", "ActiveEnter", "ActiveExit", "InactiveEnter",
            "Condition", "Assert", "Watchdog", "ExecMainStart", "ExecMainExit",
        ].flatMap {
            CopyRow.rows(.notASetting(.state), "t", "\($0)Timestamp", "\($0)TimestampMonotonic")
        },
        CopyRow.rows(
            .notASetting(.state), "t", since: 257, "ExecMainHandoffTimestamp",
            "ExecMainHandoffTimestampMonotonic", "RestartUSecNext"),
        CopyRow.rows(
            .notASetting(.state), "s", "LoadState", "ActiveState", "FreezerState", "SubState",
            "StatusText",
            "Result", "ReloadResult", "CleanResult", "AccessSELinuxContext"),
        CopyRow.rows(
            .notASetting(.state), "s", since: 257, "StatusBusError", "StatusVarlinkError",
            "LiveMountResult"),
        CopyRow.rows(
            .notASetting(.state), "b", "ConditionResult", "AssertResult", "NeedDaemonReload"),
        CopyRow.rows(.notASetting(.state), "b", since: 257, "DebugInvocation"),
        CopyRow.rows(
            .notASetting(.state), "i", "StatusErrno", "ExecMainCode", "ExecMainStatus"),
        CopyRow.rows(
            .notASetting(.state), "u", "MainPID", "ControlPID", "ExecMainPID", "NRestarts", "UID",
            "GID"),
        CopyRow.rows(.notASetting(.state), "as", "Markers"),
        CopyRow.rows(.notASetting(.state), "(ss)", "LoadError"),
        CopyRow.rows(.notASetting(.state), "(uo)", "Job"),
        CopyRow.rows(.notASetting(.state), "a(ss)", "ActivationDetails"),
    ].flatMap { $0 }

    private static let usage: [CopyRow] = [
        CopyRow.rows(
            .notASetting(.usage), "t", "MemoryCurrent", "MemoryAvailable", "CPUUsageNSec",
            "TasksCurrent",
            "IPIngressBytes", "IPIngressPackets", "IPEgressBytes", "IPEgressPackets",
            "IOReadBytes", "IOReadOperations", "IOWriteBytes", "IOWriteOperations"),
        CopyRow.rows(
            .notASetting(.usage), "t", since: 257, "MemoryPeak", "MemorySwapCurrent",
            "MemorySwapPeak",
            "MemoryZSwapCurrent"),
        CopyRow.rows(.notASetting(.usage), "t", since: 262, "OOMKills", "ManagedOOMKills"),
        CopyRow.rows(
            .notASetting(.usage), "(tt)", since: 262, "StateDirectoryQuotaUsage",
            "CacheDirectoryQuotaUsage",
            "LogsDirectoryQuotaUsage"),
        CopyRow.rows(.notASetting(.machine), "ay", "EffectiveCPUs", "EffectiveMemoryNodes"),
        CopyRow.rows(
            .notASetting(.machine), "t", since: 257, "EffectiveMemoryMax", "EffectiveMemoryHigh",
            "EffectiveTasksMax"),
    ].flatMap { $0 }

    private static let others: [CopyRow] = [
        CopyRow.rows(
            .notASetting(.ownedByOthers), "as", "RequiredBy", "RequisiteOf", "WantedBy", "BoundBy",
            "UpheldBy",
            "ConsistsOf", "ConflictedBy", "OnFailureOf", "OnSuccessOf", "SliceOf"),
        // Follow from the other settings; a copy that is faithful has the same.
        CopyRow.rows(
            .derived, "b", "CanStart", "CanStop", "CanReload", "CanIsolate", "CanFreeze",
            "SameProcessGroup"),
        CopyRow.rows(.derived, "b", since: 257, "CanLiveMount"),
        CopyRow.rows(.derived, "as", "CanClean"),
    ].flatMap { $0 }
}
