/// Who the service is and what it may reach. A search overrides most of these.
///
/// The values read are the effective ones: what `DynamicUser=`, `PrivateDevices=` and the
/// `Protect…` settings imply is already in them.
extension CopyTable {
    static let identity: [CopyRow] = [
        // Reads as the unit's name where only DynamicUser= is set, so the copy gets the same
        // user, although its own name is another.
        CopyRow.copy("s", "User", "Group"),
        CopyRow.copy("b", "DynamicUser"),
        CopyRow.copy("as", "SupplementaryGroups"),
        CopyRow.copy("u", "UMask"),
        CopyRow.copy("s", "PAMName"),
        CopyRow.caution(.onlyWhenTrue, "b", since: 257, "SetLoginEnvironment"),
        // Unset reads as 2^64-1 up to 257 and as 2^63-1 in 262.
        CopyRow.copy("t", "CapabilityBoundingSet", "AmbientCapabilities"),
        CopyRow.copy("i", "SecureBits"),
        CopyRow.copy("b", "NoNewPrivileges"),
        CopyRow.transform(.seLinuxContext, "(bs)", "SELinuxContext"),
        CopyRow.copy("(bs)", "AppArmorProfile", "SmackProcessLabel"),
        CopyRow.copy("s", "KeyringMode"),
    ].flatMap { $0 }

    static let fileSystem: [CopyRow] = [
        CopyRow.copy("s", "RootDirectory", "RootImage"),
        CopyRow.copy("a(ss)", "RootImageOptions"),
        CopyRow.copy("ay", "RootHash"),
        CopyRow.copy("s", "RootHashPath"),
        CopyRow.copy("ay", "RootHashSignature"),
        CopyRow.copy("s", "RootHashSignaturePath", "RootVerity"),
        CopyRow.copy("b", since: 257, "RootEphemeral"),
        CopyRow.copy("s", since: 262, "RootMStack"),
        CopyRow.copy(
            "s", since: 257, "RootImagePolicy", "MountImagePolicy", "ExtensionImagePolicy"),
        CopyRow.copy("as", "ExtensionDirectories"),
        CopyRow.copy("a(sba(ss))", "ExtensionImages"),
        CopyRow.copy("a(ssba(ss))", "MountImages"),
        CopyRow.copy("s", "ProtectSystem", "ProtectHome"),
        CopyRow.copy(
            "as", "ReadWritePaths", "ReadOnlyPaths", "InaccessiblePaths", "ExecPaths",
            "NoExecPaths"),
        CopyRow.copy("a(ss)", "TemporaryFileSystem"),
        CopyRow.copy("a(ssbt)", "BindPaths", "BindReadOnlyPaths"),
        CopyRow.caution(.onlyWhenTrue, "b", since: 257, "BindLogSockets"),
        CopyRow.copy("s", since: 257, "PrivateTmpEx"),
        CopyRow.superseded(by: "PrivateTmpEx", "b", "PrivateTmp"),
        CopyRow.copy("b", "PrivateDevices"),
        CopyRow.caution(.onlyWhenTrue, "b", "PrivateMounts", "MountAPIVFS"),
        CopyRow.copy("t", "MountFlags"),
    ].flatMap { $0 }

    static let namespaces: [CopyRow] = [
        CopyRow.copy("b", "PrivateNetwork", "PrivateIPC"),
        CopyRow.copy("s", since: 257, "PrivatePIDs"),
        CopyRow.copy("s", since: 257, "PrivateUsersEx"),
        CopyRow.superseded(by: "PrivateUsersEx", "b", "PrivateUsers"),
        CopyRow.copy("s", "NetworkNamespacePath", "IPCNamespacePath"),
        CopyRow.copy("s", since: 262, "UserNamespacePath"),
        // Unset reads as 2^64-1; 0 denies them all.
        CopyRow.copy("t", "RestrictNamespaces"),
        CopyRow.copy("t", since: 262, "DelegateNamespaces"),
        CopyRow.copy("b", "RemoveIPC"),
    ].flatMap { $0 }

    static let kernel: [CopyRow] = [
        CopyRow.copy("s", "ProtectProc", "ProcSubset"),
        CopyRow.copy(
            "b", "ProtectClock", "ProtectKernelTunables", "ProtectKernelModules",
            "ProtectKernelLogs"),
        CopyRow.copy("s", since: 257, "ProtectControlGroupsEx"),
        CopyRow.superseded(by: "ProtectControlGroupsEx", "b", "ProtectControlGroups"),
        CopyRow.copy("(ss)", since: 262, "ProtectHostnameEx"),
        CopyRow.superseded(by: "ProtectHostnameEx", "b", "ProtectHostname"),
        CopyRow.copy(
            "b", "LockPersonality", "MemoryDenyWriteExecute", "RestrictRealtime",
            "RestrictSUIDSGID"),
        CopyRow.copy("s", "Personality"),
        CopyRow.copy(
            "s", since: 262, "PrivateBPF", "BPFDelegateCommands", "BPFDelegateMaps",
            "BPFDelegatePrograms", "BPFDelegateAttachments"),
    ].flatMap { $0 }

    static let systemCalls: [CopyRow] = [
        CopyRow.copy("(bas)", "RestrictAddressFamilies"),
        CopyRow.caution(.fileSystems, "(bas)", "RestrictFileSystems"),
        CopyRow.caution(.systemCallFilter, "(bas)", "SystemCallFilter"),
        CopyRow.copy("(bas)", "SystemCallLog"),
        CopyRow.copy("as", "SystemCallArchitectures"),
        // Unset reads as 2147483646, which is kill.
        CopyRow.copy("i", "SystemCallErrorNumber"),
    ].flatMap { $0 }
}
