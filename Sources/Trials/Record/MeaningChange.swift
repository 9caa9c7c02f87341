public import Hardening

/// A setting that means something else to a later systemd, so that a profile which passed under one
/// does not say the same under the other. Measured on systemd 252, 257 and 262; versions in between
/// by reading their sources.
public struct MeaningChange: Hashable, Sendable {
    /// The last version that was seen to do as before.
    let before: Int
    /// The first that was seen to do otherwise.
    let after: Int
    /// It concerns a profile that takes something of all of these directives, or restrictions...
    let concerned: [Set<String>]
    /// ... and none of these restrictions.
    var unless: Set<String> = []
    public let text: String

    private static let filters: Set = [
        "SystemCallFilter", "SystemCallArchitectures", "RestrictAddressFamilies",
        "RestrictNamespaces", "RestrictRealtime", "RestrictSUIDSGID", "LockPersonality",
        "MemoryDenyWriteExecute", "ProtectClock", "ProtectHostname", "ProtectKernelLogs",
        "ProtectKernelModules", "ProtectKernelTunables", "PrivateDevices",
    ]

    static let table = [
        MeaningChange(
            before: 254, after: 257, concerned: [["User"], filters],
            unless: ["NoNewPrivileges=yes"],
            text: "a system call filter of a user that is not root implied NoNewPrivileges=yes and "
                + "mostly does not any more: set-user-ID programs and file capabilities work again "
                + "unless NoNewPrivileges=yes is taken"),
        MeaningChange(
            before: 252, after: 254, concerned: [["MemoryDenyWriteExecute"]],
            text:
                "MemoryDenyWriteExecute=yes answers EACCES and no longer EPERM: the kernel itself "
                + "enforces it (PR_SET_MDWE)"),
        MeaningChange(
            before: 252, after: 257, concerned: [["SystemCallFilter=@system-service"]],
            text:
                "SystemCallFilter=@system-service answers calls that it does not know with ENOSYS "
                + "and no longer with the error number that is set"),
        MeaningChange(
            before: 252, after: 254, concerned: [["PrivateNetwork"]],
            text: "PrivateNetwork=yes brings a mount namespace of its own"),
    ]

    /// What means something else to systemd `new` than to `old`, in a profile.
    ///
    /// - Parameters:
    ///   - old: a major version, such as 252.
    ///   - new: either may be the later one.
    public static func concerning(
        _ profile: Profile, from old: Int, to new: Int
    ) -> [MeaningChange] {
        let taken = profile.restrictions.union(
            profile.restrictions.map { String($0.prefix { $0 != "=" }) })
        return table.filter { change in
            let isCrossed =
                (min(old, new) <= change.before && max(old, new) >= change.after)
            return isCrossed && change.unless.isDisjoint(with: taken)
                && change.concerned.allSatisfy { !$0.isDisjoint(with: taken) }
        }
    }
}

extension Validity {
    /// The number before the first dot: 257 of `257.13-1~deb13u1`; 0 where it is not known.
    public var systemdVersion: Int {
        Int(systemd.drop { !$0.isNumber }.prefix { $0.isNumber }) ?? 0
    }
}
