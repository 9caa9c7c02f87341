import Hardening

/// Who the service is and what it may reach. A search overrides most of these.
///
/// The values read are the effective ones: what `DynamicUser=`, `PrivateDevices=` and the
/// `Protect…` settings imply is already in them.
extension CopyTable {
    static let identity: [CopyRow] = [
        // Reads as the unit's name where only DynamicUser= is set, so the copy gets the same
        // user, although its own name is another.
        CopyRow.catalogued(.user),
        CopyRow.copy("s", "Group"),
        CopyRow.catalogued(.dynamicUser),
        CopyRow.catalogued(.supplementaryGroups),
        CopyRow.catalogued(.umask),
        CopyRow.copy("s", "PAMName"),
        CopyRow.rows(.caution(.onlyWhenTrue), "b", since: 257, "SetLoginEnvironment"),
        // Unset reads as 2^64-1 up to 257 and as 2^63-1 in 262.
        CopyRow.catalogued(.capabilityBoundingSet, .ambientCapabilities),
        CopyRow.copy("i", "SecureBits"),
        CopyRow.catalogued(.noNewPrivileges),
        CopyRow.rows(.transform(.seLinuxContext), "(bs)", "SELinuxContext"),
        CopyRow.copy("(bs)", "AppArmorProfile", "SmackProcessLabel"),
        CopyRow.catalogued(.keyringMode),
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
        CopyRow.catalogued(.protectSystem, .protectHome),
        CopyRow.catalogued(.readWritePaths),
        CopyRow.catalogued(.readOnlyPaths, .inaccessiblePaths),
        CopyRow.copy("as", "ExecPaths"),
        CopyRow.catalogued(.noExecPaths),
        CopyRow.copy("a(ss)", "TemporaryFileSystem"),
        CopyRow.catalogued(.bindPaths, .bindReadOnlyPaths),
        CopyRow.rows(.caution(.onlyWhenTrue), "b", since: 257, "BindLogSockets"),
        CopyRow.catalogued(.privateTmp),
        CopyRow.catalogued(.privateDevices),
        CopyRow.catalogued(.privateMounts),
        CopyRow.rows(.caution(.onlyWhenTrue), "b", "MountAPIVFS"),
        CopyRow.copy("t", "MountFlags"),
    ].flatMap { $0 }

    static let namespaces: [CopyRow] = [
        CopyRow.catalogued(.privateNetwork, .privateIPC),
        CopyRow.catalogued(.privatePIDs),
        CopyRow.catalogued(.privateUsers),
        CopyRow.copy("s", "NetworkNamespacePath", "IPCNamespacePath"),
        CopyRow.copy("s", since: 262, "UserNamespacePath"),
        // Unset reads as 2^64-1; 0 denies them all.
        CopyRow.catalogued(.restrictNamespaces),
        CopyRow.copy("t", since: 262, "DelegateNamespaces"),
        CopyRow.catalogued(.removeIPC),
    ].flatMap { $0 }

    static let kernel: [CopyRow] = [
        CopyRow.catalogued(.protectProc, .procSubset),
        CopyRow.catalogued(
            .protectClock, .protectKernelTunables, .protectKernelModules, .protectKernelLogs),
        CopyRow.catalogued(.protectControlGroups),
        CopyRow.catalogued(.protectHostname),
        CopyRow.catalogued(
            .lockPersonality, .memoryDenyWriteExecute, .restrictRealtime, .restrictSUIDSGID),
        CopyRow.copy("s", "Personality"),
        CopyRow.catalogued(.privateBPF),
        CopyRow.copy(
            "s", since: 262, "BPFDelegateCommands", "BPFDelegateMaps", "BPFDelegatePrograms",
            "BPFDelegateAttachments"),
    ].flatMap { $0 }

    static let systemCalls: [CopyRow] = [
        CopyRow.catalogued(.restrictAddressFamilies),
        CopyRow.catalogued(.restrictFileSystems),
        CopyRow.catalogued(.systemCallFilter),
        CopyRow.copy("(bas)", "SystemCallLog"),
        CopyRow.catalogued(.systemCallArchitectures),
        // Unset reads as 2147483646, which is kill.
        CopyRow.catalogued(.systemCallErrorNumber),
    ].flatMap { $0 }
}

extension CopyRow {
    /// The rows of directives of the catalogue; here stands only in which order they are sent, which
    /// a campaign on record is known by.
    static func catalogued(_ names: DirectiveName...) -> [CopyRow] {
        names.flatMap { name in
            guard let bus = Catalogue.withExamples.directive(name)?.bus else { return [CopyRow]() }
            guard let modes = bus.modes else {
                return rows(bus.copying.rule, bus.signature, since: bus.since, name.rawValue)
            }
            let richer = "\(name)Ex"
            return copy(modes.signature, since: modes.since, richer)
                + rows(.superseded(by: richer), bus.signature, name.rawValue)
        }
    }
}

extension BusShape.Copying {
    fileprivate var rule: CopyRule {
        switch self {
        case .asRead: .copy
        case .onlyWhenTrue: .caution(.onlyWhenTrue)
        case .reversed: .transform(.reversed)
        case .callFilter: .caution(.systemCallFilter)
        case .fileSystems: .caution(.fileSystems)
        case .deviceAllow: .caution(.deviceAllow)
        case .delegation: .caution(.delegation)
        }
    }
}
