import Hardening

/// Who the service is and what it may reach. A search overrides most of these.
///
/// The values read are the effective ones: what `DynamicUser=`, `PrivateDevices=` and the
/// `Protect…` settings imply is already in them.
extension CopyTable {
    /// The rows of the catalogue. `User` reads as the unit's name where only `DynamicUser` is set, so
    /// the copy gets the same user, although its own name is another. Unset masks read as 2^64-1, or
    /// 2^63-1 in 262; an unset `SystemCallErrorNumber` as 2147483646, which is kill.
    static let sandbox: [CopyRow] = Catalogue.withExamples.directives.flatMap { row in
        let bus = row.bus
        guard let modes = bus.modes else {
            return CopyRow.rows(bus.copying.rule, bus.signature, since: bus.since, [row.name])
        }
        let richer = "\(row.name)Ex"
        return CopyRow.copy(modes.signature, since: modes.since, richer)
            + CopyRow.superseded(by: richer, bus.signature, row.name)
    }

    static let identity: [CopyRow] = [
        CopyRow.copy("s", "Group", "PAMName"),
        CopyRow.caution(.onlyWhenTrue, "b", since: 257, "SetLoginEnvironment"),
        CopyRow.copy("i", "SecureBits"),
        CopyRow.transform(.seLinuxContext, "(bs)", "SELinuxContext"),
        CopyRow.copy("(bs)", "AppArmorProfile", "SmackProcessLabel"),
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
        CopyRow.copy("as", "ReadOnlyPaths", "InaccessiblePaths", "ExecPaths"),
        CopyRow.copy("a(ss)", "TemporaryFileSystem"),
        CopyRow.caution(.onlyWhenTrue, "b", since: 257, "BindLogSockets"),
        CopyRow.caution(.onlyWhenTrue, "b", "MountAPIVFS"),
        CopyRow.copy("t", "MountFlags"),
    ].flatMap { $0 }

    static let namespaces: [CopyRow] = [
        CopyRow.copy("s", "NetworkNamespacePath", "IPCNamespacePath"),
        CopyRow.copy("s", since: 262, "UserNamespacePath"),
        CopyRow.copy("t", since: 262, "DelegateNamespaces"),
    ].flatMap { $0 }

    static let kernel: [CopyRow] = [
        CopyRow.copy("s", "Personality"),
        CopyRow.copy(
            "s", since: 262, "BPFDelegateCommands", "BPFDelegateMaps", "BPFDelegatePrograms",
            "BPFDelegateAttachments"),
        CopyRow.copy("(bas)", "SystemCallLog"),
    ].flatMap { $0 }
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
