/// What of a running service others can see and rely on, whether or not a probe asks for it.
public struct Footprint: Hashable, Codable, Sendable {
    /// The sockets that can be reached from outside the service, in its machine's own network:
    /// `tcp 0.0.0.0:80`, `udp [::1]:53`, `unix @name` (abstract).
    public let listeners: Set<String>
    /// Its unix sockets that others find in the file system, by their path.
    public let sockets: [String: Access]
    /// The security label of its processes (`/proc/PID/attr/current`, such as a domain of SELinux);
    /// nil where the kernel has none, or where they have several.
    public let label: String?

    /// Who may use a file.
    public struct Access: Hashable, Codable, Sendable {
        public let user: UInt32
        public let group: UInt32
        /// The permission bits, as in chmod(2).
        public let mode: UInt32

        public init(user: UInt32, group: UInt32, mode: UInt32) {
            self.user = user
            self.group = group
            self.mode = mode & 0o7777
        }

        /// Connecting to a socket takes the permission to write (unix(7)). That it belongs to
        /// another user is no loss by itself; root's own group has no members to lose.
        fileprivate func denies(whom other: Access) -> Bool {
            let (everyone, group) = (UInt32(0o002), UInt32(0o020))
            if mode & everyone != 0 { return false }
            if other.mode & everyone != 0 { return true }
            return other.mode & group != 0 && other.group != 0
                && !(mode & group != 0 && self.group == other.group)
        }

        fileprivate var text: String {
            "owner \(user):\(group), mode 0\(String(mode, radix: 8))"
        }
    }

    public init(
        listeners: Set<String> = [], sockets: [String: Access] = [:], label: String? = nil
    ) {
        self.listeners = listeners
        self.sockets = sockets
        self.label = label
    }

    /// What both have: a port that is another one at each start is nobody's to rely on.
    func meet(_ other: Footprint) -> Footprint {
        Footprint(
            listeners: listeners.intersection(other.listeners),
            sockets: sockets.filter { other.sockets[$0.key] != nil },
            label: label == other.label ? label : nil)
    }

    /// The first thing that `other` has and this one lacks, in words; nil if none is missing.
    func lack(of other: Footprint) -> String? {
        if let listener = other.listeners.subtracting(listeners).min() {
            return "no longer listens on \(listener)"
        }
        for (path, before) in other.sockets.sorted(by: { $0.key < $1.key }) {
            guard let now = sockets[path] else {
                return "others no longer find its socket \(path)"
            }
            if now.denies(whom: before) {
                return "not all may use its socket \(path) who could: it has \(now.text) instead "
                    + "of \(before.text)"
            }
        }
        if let before = other.label, label != before {
            return "its security label is \(label ?? "another") instead of \(before)"
        }
        return nil
    }
}
