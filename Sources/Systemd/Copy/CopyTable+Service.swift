import Hardening

/// How the service runs: its type, its commands, what they find in their surroundings.
extension CopyTable {
    static let process: [CopyRow] = [
        CopyRow.caution(.type, "s", "Type"),
        CopyRow.copy("s", "ExitType"),
        CopyRow.copy("b", "GuessMainPID", "RemainAfterExit", "RootDirectoryStartOnly"),
        CopyRow.copy("t", "TimeoutStartUSec", "TimeoutStopUSec"),
        CopyRow.caution(.abortTimeout, "t", "TimeoutAbortUSec"),
        CopyRow.copy("s", "TimeoutStartFailureMode", "TimeoutStopFailureMode"),
        CopyRow.copy("t", "RuntimeMaxUSec", "RuntimeRandomizedExtraUSec"),
        CopyRow.copy("t", "JobRunningTimeoutUSec"),
        CopyRow.caution(.watchdog, "t", "WatchdogUSec"),
        CopyRow.catalogued(.notifyAccess),
        CopyRow.copy("s", "KillMode", "OOMPolicy"),
        CopyRow.copy("i", "KillSignal", "RestartKillSignal", "FinalKillSignal", "WatchdogSignal"),
        CopyRow.copy("i", since: 257, "ReloadSignal"),
        CopyRow.copy("b", "SendSIGHUP", "SendSIGKILL"),
        CopyRow.copy("b", since: 257, "SurviveFinalKillSignal"),
        CopyRow.copy("(aiai)", "SuccessExitStatus"),
        // The same file as the original's: the original has to be stopped.
        CopyRow.copy("s", "PIDFile"),
        CopyRow.caution(.busName, "s", "BusName"),
        CopyRow.copy("u", "FileDescriptorStoreMax"),
        CopyRow.copy("s", since: 257, "FileDescriptorStorePreserve"),
        CopyRow.copy("a(sst)", since: 257, "OpenFile"),
        CopyRow.copy("s", "USBFunctionDescriptors", "USBFunctionStrings"),
        CopyRow.transform(.refreshOnReload, "as", since: 262, "RefreshOnReload"),
    ].flatMap { $0 }

    /// The forms without `Ex` lose the prefixes `+`, `!`, `:` and `|`.
    static let commands: [CopyRow] =
        ["Condition", "StartPre", "Start", "StartPost", "Reload", "Stop", "StopPost"].flatMap {
            CopyRow.transform(.commands, "a(sasasttttuii)", "Exec\($0)Ex")
                + CopyRow.superseded(by: "Exec\($0)Ex", "a(sasbttttuii)", "Exec\($0)")
        }
        + CopyRow.transform(.commands, "a(sasasttttuii)", since: 262, "ExecReloadPostEx")
        + CopyRow.superseded(
            by: "ExecReloadPostEx", "a(sasbttttuii)", since: 262, "ExecReloadPost")

    static let environment: [CopyRow] = [
        CopyRow.copy("as", "Environment", "PassEnvironment", "UnsetEnvironment"),
        CopyRow.copy("a(sb)", "EnvironmentFiles"),
        CopyRow.copy("as", "ExecSearchPath"),
        CopyRow.transform(.workingDirectory, "s", "WorkingDirectory"),
    ].flatMap { $0 }

    static let streams: [CopyRow] = [
        CopyRow.copy("ay", "StandardInputData"),
        CopyRow.caution(.standardStream, "s", "StandardInput", "StandardOutput", "StandardError"),
        CopyRow.superseded(by: "StandardInput", "s", "StandardInputFileDescriptorName"),
        CopyRow.superseded(by: "StandardOutput", "s", "StandardOutputFileDescriptorName"),
        CopyRow.superseded(by: "StandardError", "s", "StandardErrorFileDescriptorName"),
        CopyRow.copy("s", "TTYPath"),
        CopyRow.copy("b", "TTYReset", "TTYVHangup", "TTYVTDisallocate"),
        CopyRow.transform(.widened, "q", "TTYRows", "TTYColumns"),
        CopyRow.copy("s", "UtmpIdentifier", "UtmpMode"),
        CopyRow.copy("i", "SyslogLevel", "SyslogFacility"),
        CopyRow.superseded(by: "SyslogLevel", "i", "SyslogPriority"),
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
                + CopyRow.transform(.directorySymlinks, "a(sst)", "\($0)DirectorySymlink")
                + CopyRow.copy("u", "\($0)DirectoryMode")
        }
        + CopyRow.copy("as", "ConfigurationDirectory")
        + CopyRow.copy("u", "ConfigurationDirectoryMode")
        + ["State", "Cache", "Logs"].flatMap {
            CopyRow.copy("b", since: 262, "\($0)DirectoryAccounting")
                + CopyRow.copy("(tus)", since: 262, "\($0)DirectoryQuota")
        }
        + CopyRow.caution(.runtimeDirectoryPreserve, "s", "RuntimeDirectoryPreserve")

    static let credentials: [CopyRow] = [
        CopyRow.copy("a(ss)", "LoadCredential", "LoadCredentialEncrypted"),
        CopyRow.copy("a(say)", "SetCredential", "SetCredentialEncrypted"),
        CopyRow.copy("a(ss)", since: 257, "ImportCredentialEx"),
        CopyRow.superseded(by: "ImportCredentialEx", "as", since: 257, "ImportCredential"),
    ].flatMap { $0 }
}
