/// Services that the machine stands on, or the login of the person at the keyboard: stopping one
/// to try something out can cost the way back.
public enum CriticalUnits {
    /// What carries this very process.
    public struct Session: Hashable, Sendable {
        /// The services in whose control groups our ancestors are.
        public var units: Set<String>
        /// The terminal, such as `tty1`.
        public var terminal: String?
        /// Whether it came over ssh.
        public var isRemote: Bool

        public init(units: Set<String> = [], terminal: String? = nil, isRemote: Bool = false) {
            self.units = units
            self.terminal = terminal
            self.isRemote = isRemote
        }
    }

    /// Why a service must not be stopped for a try, or nil.
    ///
    /// - Parameter names: all its names: sshd.service is ssh.service on Debian.
    public static func reason(against names: Set<String>, in session: Session) -> String? {
        for name in names.sorted() {
            if session.units.contains(name) { return "this session runs below it" }
            if let terminal = session.terminal, gettys(of: terminal).contains(name) {
                return "this terminal is its"
            }
            if session.isRemote && isRemoteLogin(name) { return "this session came over it" }
            if let reason = always(name) { return reason }
        }
        return nil
    }

    private static func gettys(of terminal: String) -> Set<String> {
        [
            "getty@\(terminal).service", "serial-getty@\(terminal).service",
            "autovt@\(terminal).service", "container-getty@\(terminal.dropFirst(4)).service",
            "console-getty.service",
        ]
    }

    private static func isRemoteLogin(_ name: String) -> Bool {
        ["ssh.service", "sshd.service", "dropbear.service", "tinysshd.service"].contains(name)
            || ["ssh@", "sshd@", "dropbear@", "tinysshd@"].contains { name.hasPrefix($0) }
    }

    private static func always(_ name: String) -> String? {
        if let reason = table[name] { return reason }
        let family = name.prefix { $0 != "@" } + "@"
        if name.contains("@"), let reason = table[String(family)] { return reason }
        if name.hasPrefix("systemd-") && !dispensable.contains(name) {
            return "it is a part of systemd itself"
        }
        return nil
    }

    private static let bus = "everything on the machine talks over it, and so does temper"
    private static let network = "the machine's network stands on it"
    private static let storage = "the machine's disks stand on it"
    private static let login = "all that a user runs lives in it"

    /// By name, or by what stands before the `@` of an instance.
    private static let table: [String: String] = [
        "dbus.service": bus, "dbus-broker.service": bus, "dbus-daemon.service": bus,
        "user@": login, "user-runtime-dir@": login,
        "systemd-logind.service": "logins stand on it",
        "NetworkManager.service": network, "networking.service": network, "ifup@": network,
        "systemd-networkd.service": network, "systemd-resolved.service": network,
        "connman.service": network, "wicked.service": network, "iwd.service": network,
        "wpa_supplicant.service": network, "wpa_supplicant@": network, "dhcpcd.service": network,
        "resolvconf.service": network, "openvswitch-switch.service": network,
        "multipathd.service": storage, "iscsid.service": storage, "open-iscsi.service": storage,
        "emergency.service": "it is the way back", "rescue.service": "it is the way back",
    ]

    /// Services of systemd that nothing else stands on.
    private static let dispensable: Set<String> = [
        "systemd-timesyncd.service", "systemd-timedated.service", "systemd-hostnamed.service",
        "systemd-localed.service", "systemd-journal-upload.service",
        "systemd-journal-remote.service", "systemd-journal-gatewayd.service",
    ]
}
