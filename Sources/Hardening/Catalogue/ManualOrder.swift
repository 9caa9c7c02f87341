/// The settings of a drop-in as systemd's manual has them: the sections of systemd.exec(5) in their
/// order, of which each has its settings in the order of that page, and then the other pages.
enum ManualOrder {
    static let sections: [[DirectiveName]] = [
        // Paths
        [.rootDirectory, .rootImage, .protectProc, .procSubset, .bindPaths, .bindReadOnlyPaths],
        // User and group identity
        [.user, .dynamicUser, .supplementaryGroups],
        // Capabilities
        [.capabilityBoundingSet, .ambientCapabilities],
        // Security
        [.noNewPrivileges],
        // Process properties
        [.umask, .keyringMode],
        // Sandboxing
        [
            .protectSystem, .protectHome, .readWritePaths, .readOnlyPaths, .inaccessiblePaths,
            .noExecPaths, .privateTmp, .privateDevices, .privateNetwork, .privateIPC, .memoryKSM,
            .privatePIDs, .privateUsers, .protectHostname, .protectClock, .protectKernelTunables,
            .protectKernelModules, .protectKernelLogs, .protectControlGroups, .privateBPF,
            .restrictAddressFamilies, .restrictFileSystems, .restrictNamespaces, .lockPersonality,
            .memoryDenyWriteExecute, .restrictRealtime, .restrictSUIDSGID, .removeIPC,
            .privateMounts,
        ],
        // System call filtering
        [.systemCallFilter, .systemCallErrorNumber, .systemCallArchitectures],
        // systemd.resource-control(5)
        [
            .ipAddressAllow, .ipAddressDeny, .socketBindAllow, .socketBindDeny,
            .restrictNetworkInterfaces, .deviceAllow, .devicePolicy, .delegate,
        ],
        // systemd.service(5)
        [.notifyAccess],
    ]

    /// What is none of the catalogue's and stands behind `ProtectHome=`.
    private static let directories = [
        "RuntimeDirectory", "StateDirectory", "CacheDirectory", "LogsDirectory",
        "RuntimeDirectoryMode", "StateDirectoryMode", "CacheDirectoryMode", "LogsDirectoryMode",
        "RuntimeDirectoryPreserve",
    ]

    private static let places: [String: (section: Int, place: Int)] = {
        var places: [String: (section: Int, place: Int)] = [:]
        for (section, settings) in sections.enumerated() {
            let names = settings.flatMap { setting in
                [setting.rawValue] + (setting == .protectHome ? directories : [])
            }
            for (place, name) in names.enumerated() { places[name] = (section, place) }
        }
        return places
    }()

    /// The place of a setting: that of its section, and that within it; what is none of these stands
    /// at the end.
    static func place(of name: String) -> (section: Int, place: Int) {
        places[name] ?? (sections.count, 0)
    }
}
