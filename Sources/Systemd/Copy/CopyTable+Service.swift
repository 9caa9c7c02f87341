import Hardening

/// How the service runs: its type, its commands, what they find in their surroundings.
extension CopyTable {
    static let process: [CopyRow] = [
        CopyRow.rows(.caution(.type), "s", "Type"),
        CopyRow.copy("s", "ExitType"),
        CopyRow.copy("b", "GuessMainPID", "RemainAfterExit", "RootDirectoryStartOnly"),
        CopyRow.copy("t", "TimeoutStartUSec", "TimeoutStopUSec"),
        CopyRow.rows(.caution(.abortTimeout), "t", "TimeoutAbortUSec"),
        CopyRow.copy("s", "TimeoutStartFailureMode", "TimeoutStopFailureMode"),
        CopyRow.copy("t", "RuntimeMaxUSec", "RuntimeRandomizedExtraUSec"),
        CopyRow.copy("t", "JobRunningTimeoutUSec"),
        CopyRow.rows(.caution(.watchdog), "t", "WatchdogUSec"),
        CopyRow.catalogued(.notifyAccess),
        CopyRow.copy("s", "KillMode", "OOMPolicy"),
        CopyRow.copy("i", "KillSignal", "RestartKillSignal", "FinalKillSignal", "WatchdogSignal"),
        CopyRow.copy("i", since: 257, "ReloadSignal"),
        CopyRow.copy("b", "SendSIGHUP", "SendSIGKILL"),
        CopyRow.copy("b", since: 257, "SurviveFinalKillSignal"),
        CopyRow.copy("(aiai)", "SuccessExitStatus"),
        // The same file as the original's: the original has to be stopped.
        CopyRow.copy("s", "PIDFile"),
        CopyRow.rows(.caution(.busName), "s", "BusName"),
        CopyRow.copy("u", "FileDescriptorStoreMax"),
        CopyRow.copy("s", since: 257, "FileDescriptorStorePreserve"),
        CopyRow.copy("a(sst)", since: 257, "OpenFile"),
        CopyRow.copy("s", "USBFunctionDescriptors", "USBFunctionStrings"),
        CopyRow.rows(.transform(.refreshOnReload), "as", since: 262, "RefreshOnReload"),
    ].flatMap { $0 }

    /// The forms without `Ex` lose the prefixes `+`, `!`, `:` and `|`.
    static let commands: [CopyRow] =
        ["Condition", "StartPre", "Start", "StartPost", "Reload", "Stop", "StopPost"].flatMap {
            CopyRow.rows(.transform(.commands), "a(sasasttttuii)", "Exec\($0)Ex")
                + CopyRow.rows(.superseded(by: "Exec\($0)Ex"), "a(sasbttttuii)", "Exec\($0)")
        }
        + CopyRow.rows(.transform(.commands), "a(sasasttttuii)", since: 262, "ExecReloadPostEx")
        + CopyRow.rows(
            .superseded(by: "ExecReloadPostEx"), "a(sasbttttuii)", since: 262, "ExecReloadPost")

    static let environment: [CopyRow] = [
        CopyRow.copy("as", "Environment", "PassEnvironment", "UnsetEnvironment"),
        CopyRow.copy("a(sb)", "EnvironmentFiles"),
        CopyRow.copy("as", "ExecSearchPath"),
        CopyRow.rows(.transform(.workingDirectory), "s", "WorkingDirectory"),
    ].flatMap { $0 }

    static let streams: [CopyRow] = [
        CopyRow.copy("ay", "StandardInputData"),
        CopyRow.rows(
            .caution(.standardStream), "s", "StandardInput", "StandardOutput", "StandardError"),
        CopyRow.rows(.superseded(by: "StandardInput"), "s", "StandardInputFileDescriptorName"),
        CopyRow.rows(.superseded(by: "StandardOutput"), "s", "StandardOutputFileDescriptorName"),
        CopyRow.rows(.superseded(by: "StandardError"), "s", "StandardErrorFileDescriptorName"),
        CopyRow.copy("s", "TTYPath"),
        CopyRow.copy("b", "TTYReset", "TTYVHangup", "TTYVTDisallocate"),
        CopyRow.rows(.transform(.widened), "q", "TTYRows", "TTYColumns"),
        CopyRow.copy("s", "UtmpIdentifier", "UtmpMode"),
        CopyRow.copy("i", "SyslogLevel", "SyslogFacility"),
        CopyRow.rows(.superseded(by: "SyslogLevel"), "i", "SyslogPriority"),
        CopyRow.copy("s", "SyslogIdentifier"),
        CopyRow.copy("b", "SyslogLevelPrefix"),
        CopyRow.copy("i", "LogLevelMax"),
        CopyRow.copy("t", "LogRateLimitIntervalUSec"),
        CopyRow.copy("u", "LogRateLimitBurst"),
        CopyRow.copy("aay", "LogExtraFields"),
        CopyRow.copy("a(bs)", since: 257, "LogFilterPatterns"),
        CopyRow.copy("s", "LogNamespace"),
    ].flatMap { $0 }

    /// The copy shares these directories with its original. Stopping it deletes its
    /// `RuntimeDirectory` where the original's stop would; `DynamicUser=` re-owns the others.
    static let directories: [CopyRow] =
        ["Runtime", "State", "Cache", "Logs"].flatMap {
            CopyRow.copy("as", "\($0)Directory")
                + CopyRow.rows(.transform(.directorySymlinks), "a(sst)", "\($0)DirectorySymlink")
                + CopyRow.copy("u", "\($0)DirectoryMode")
        }
        + CopyRow.copy("as", "ConfigurationDirectory")
        + CopyRow.copy("u", "ConfigurationDirectoryMode")
        + ["State", "Cache", "Logs"].flatMap {
            CopyRow.copy("b", since: 262, "\($0)DirectoryAccounting")
                + CopyRow.copy("(tus)", since: 262, "\($0)DirectoryQuota")
        }
        + CopyRow.rows(.caution(.runtimeDirectoryPreserve), "s", "RuntimeDirectoryPreserve")

    static let credentials: [CopyRow] = [
        CopyRow.copy("a(ss)", "LoadCredential", "LoadCredentialEncrypted"),
        CopyRow.copy("a(say)", "SetCredential", "SetCredentialEncrypted"),
        CopyRow.copy("a(ss)", since: 257, "ImportCredentialEx"),
        CopyRow.rows(.superseded(by: "ImportCredentialEx"), "as", since: 257, "ImportCredential"),
    ].flatMap { $0 }
}
