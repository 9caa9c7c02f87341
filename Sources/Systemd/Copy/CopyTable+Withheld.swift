/// How the unit hangs together with others, and what stays behind.
extension CopyTable {
    static let dependencies: [CopyRow] = [
        CopyRow.copy("b", "DefaultDependencies"),
        CopyRow.rows(
            .caution(.dependencies), "as", "Requires", "Requisite", "Wants", "After", "Before",
            "RequiresMountsFor", "JoinsNamespaceOf"),
        CopyRow.rows(.caution(.dependencies), "as", since: 257, "WantsMountsFor"),
    ].flatMap { $0 }

    static let withheld: [CopyRow] = [
        CopyRow.rows(.never(restarts), "s", "Restart"),
        CopyRow.rows(.never(restarts), "t", "RestartUSec"),
        CopyRow.rows(.never(restarts), "s", since: 257, "RestartMode"),
        CopyRow.rows(.never(restarts), "u", since: 257, "RestartSteps"),
        CopyRow.rows(.never(restarts), "t", since: 257, "RestartMaxDelayUSec"),
        CopyRow.rows(.never(restarts), "t", since: 262, "RestartRandomizedDelayUSec"),
        CopyRow.rows(
            .never(restarts), "(aiai)", "RestartPreventExitStatus", "RestartForceExitStatus"),
        CopyRow.rows(.never(startLimit), "t", "StartLimitIntervalUSec"),
        CopyRow.rows(.never(startLimit), "u", "StartLimitBurst"),
        CopyRow.rows(
            .never(emergency), "s", "FailureAction", "SuccessAction", "StartLimitAction",
            "JobTimeoutAction", "JobTimeoutRebootArgument", "RebootArgument"),
        CopyRow.rows(.never(emergency), "i", "FailureActionExitStatus", "SuccessActionExitStatus"),
        CopyRow.rows(.never(successors), "as", "OnFailure", "OnSuccess"),
        CopyRow.rows(.never(successors), "s", "OnFailureJobMode", "OnSuccessJobMode"),
        CopyRow.rows(.never(conditions), "a(sbbsi)", "Conditions", "Asserts"),
        CopyRow.rows(
            .never(manualUse), "b", "RefuseManualStart", "RefuseManualStop", "StopWhenUnneeded",
            "AllowIsolate", "IgnoreOnIsolate"),
        CopyRow.rows(
            .never(otherUnits), "as", "Upholds", "PropagatesStopTo", "StopPropagatedFrom", "PartOf",
            "BindsTo", "Conflicts", "PropagatesReloadTo", "ReloadPropagatedFrom"),
        CopyRow.rows(.never(liveUpdate), "as", since: 262, "LUOSession"),
    ].flatMap { $0 }

    static let impossible: [CopyRow] = [
        CopyRow.rows(.impossible(noSetter), "t", "TimeoutCleanUSec", "JobTimeoutUSec"),
        CopyRow.rows(.impossible(sockets), "as", "TriggeredBy"),
        CopyRow.rows(.impossible(activation), "as", "Triggers"),
        CopyRow.rows(.impossible(descriptors), "as", since: 257, "ExtraFileDescriptorNames"),
        CopyRow.rows(.impossible(descriptors), "u", "NFileDescriptorStore"),
    ].flatMap { $0 }

    private static let restarts = Withheld(
        because: "a service that is started again hides its failures",
        so: "the copy is started once in every trial")
    private static let startLimit = Withheld(
        because: "trials start the service more often than its limit foresees",
        so: "the copy is never refused for having started too often")
    private static let emergency = Withheld(
        because: "a failed trial would reboot, power off or stop the machine",
        so: "the copy fails without further action")
    private static let successors = Withheld(
        because: "every trial would start the units that react to success or failure",
        so: "nothing is started after the copy")
    private static let conditions = Withheld(
        because: "a condition that does not hold counts as a successful start without a process",
        so: "the copy starts even where the original would be skipped or refused")
    private static let manualUse = Withheld(
        because: "the copy is started and stopped by hand, and nothing else needs it",
        so: "only the trial decides when the copy starts and stops")
    private static let otherUnits = Withheld(
        because: "starting and stopping the copy would stop, start or reload these units",
        so: "what happens to them does not reach the copy, nor the other way round")
    private static let liveUpdate = Withheld(
        because: "a live update session belongs to one unit",
        so: "nothing of the copy outlives a kexec")
    private static let noSetter = Withheld(
        because: "systemd does not let a transient unit set it",
        so: "the manager's default holds for the copy")
    private static let sockets = Withheld(
        because: "the socket unit is not active, nor does the service start it",
        so: "the copy is started without its sockets, as the service would be now")
    private static let activation = Withheld(
        because: "a transient service cannot activate other units",
        so: "the copy activates nothing")
    private static let descriptors = Withheld(
        because: "open file descriptors belong to the original's processes",
        so: "the copy starts without them")
}
