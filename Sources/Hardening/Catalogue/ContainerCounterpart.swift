/// What a setting of a service is for a container that Podman runs from a unit of its own: lines of
/// the section `[Container]` (podman-systemd.unit(5)). The sandbox of the service itself is that of
/// Podman, which needs what the container must not have.
public enum ContainerCounterpart: Hashable, Sendable {
    /// Lines that come to the same.
    case keys([String])
    /// Podman does it for every container that does not ask for the contrary.
    case always
    /// A filter of calls: it can stand in a profile for `SeccompProfile=`.
    case callFilter
    case none

    public init(of setting: DropInSetting) {
        let value = setting.values.last ?? ""
        let isOn = value == "yes"
        switch DirectiveName(rawValue: setting.name) {
        case .noNewPrivileges where isOn: self = .keys(["NoNewPrivileges=true"])
        case .privateNetwork where isOn: self = .keys(["Network=none"])
        case .protectSystem where value == "strict": self = .keys(["ReadOnly=true"])
        case .capabilityBoundingSet: self = .capabilities(setting.withoutReset.values)
        case .inaccessiblePaths: self = .masked(setting.withoutReset.values)
        case .privateTmp, .privateDevices, .privateMounts, .privateIPC, .privatePIDs,
            .protectHome, .protectHostname, .protectClock, .protectKernelTunables,
            .protectKernelModules, .protectKernelLogs, .protectControlGroups, .devicePolicy,
            .removeIPC, .keyringMode:
            self = .always
        case .systemCallFilter, .systemCallErrorNumber, .systemCallArchitectures,
            .restrictNamespaces, .restrictAddressFamilies, .lockPersonality, .restrictRealtime,
            .restrictSUIDSGID, .memoryDenyWriteExecute:
            self = .callFilter
        default: self = .none
        }
    }

    private static func capabilities(_ values: [String]) -> ContainerCounterpart {
        let denied = values.filter { $0.hasPrefix("~") }.map { "DropCapability=\($0.dropFirst())" }
        if !denied.isEmpty { return .keys(denied) }
        let left = values.flatMap { $0.split(separator: " ").map(String.init) }
        let given = left.filter(givenByPodman.contains)
        let others = left.filter { !givenByPodman.contains($0) }
        return .keys(
            ["DropCapability=all"]
                + (given.isEmpty ? [] : ["AddCapability=\(given.joined(separator: " "))"])
                + (others.isEmpty
                    ? []
                    : [
                        "# The service was left these as well, which no container has by itself:",
                        "# AddCapability=\(others.joined(separator: " "))",
                    ]))
    }

    /// What a container has by default (`default_capabilities`, containers.conf(5) of Podman 5).
    private static let givenByPodman: Set = [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL",
        "CAP_NET_BIND_SERVICE", "CAP_SETFCAP", "CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID",
        "CAP_SYS_CHROOT",
    ]

    private static func masked(_ values: [String]) -> ContainerCounterpart {
        // One that is quoted is none that a key could name.
        if values.contains(where: { $0.contains("\"") }) { return .none }
        let paths = values.flatMap { $0.split(separator: " ") }.map { path in
            path.drop { "-+".contains($0) }
        }
        return paths.isEmpty ? .none : .keys(["Mask=\(paths.joined(separator: ":"))"])
    }
}
