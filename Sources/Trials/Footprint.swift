/// What of a running service others can see and rely on, whether or not a probe asks for it.
public struct Footprint: Hashable, Codable, Sendable {
    /// The sockets that can be reached from outside the service, in its machine's own network:
    /// `tcp 0.0.0.0:80`, `udp [::1]:53`, `unix @name` (abstract).
    public let listeners: Set<String>
    /// Its unix sockets that others find in the file system, by their path.
    public let sockets: [String: Access]
    /// The security labels of its processes (`/proc/PID/attr/current`, such as a domain of SELinux);
    /// none where the kernel has none.
    public let labels: Set<String>
    /// The names on the bus that it owns; nil where that was not looked at.
    public var names: Set<String>?
    /// What it keeps in the file system for others, by path: its `PIDFile=`, and the files below
    /// /var/log that it has open for writing; nil where that was not looked at.
    public var files: [String: Access]?

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

        /// What others do with it: a bit for everyone, as in chmod(2).
        fileprivate enum Use: UInt32 {
            /// Connecting to a socket takes the permission to write (unix(7)).
            case connecting = 0o002
            case reading = 0o004
        }

        /// That it belongs to another user is no loss by itself; root's own group has no members to
        /// lose.
        fileprivate func denies(_ use: Use, whom other: Access) -> Bool {
            let (everyone, group) = (use.rawValue, use.rawValue << 3)
            if mode & everyone != 0 { return false }
            if other.mode & everyone != 0 { return true }
            return other.mode & group != 0 && other.group != 0
                && !(mode & group != 0 && self.group == other.group)
        }

        fileprivate func difference(from other: Access) -> String {
            mode == other.mode
                ? "\(Footprint.ofOthers)\(owner) instead of \(other.owner), with \(modeText)"
                : "it has owner \(owner), \(modeText) instead of owner \(other.owner), "
                    + other.modeText
        }

        private var owner: String { "\(user):\(group)" }
        private var modeText: String { "mode 0\(String(mode, radix: 8))" }
    }

    public init(
        listeners: Set<String> = [], sockets: [String: Access] = [:], labels: Set<String> = [],
        names: Set<String>? = nil, files: [String: Access]? = nil
    ) {
        self.listeners = listeners
        self.sockets = sockets
        self.labels = labels
        self.names = names
        self.files = files
    }

    /// The same on a machine of whatever name: what is called after it is not to be missed where a
    /// service is tried in another lab. Written as systemd does, `%H`.
    public func underAnyName(of host: String?) -> Footprint {
        guard let host, !host.isEmpty else { return self }
        func renamed(_ path: String) -> String {
            // The first two are the system's: /var/log, /run/x.
            let parts = path.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
            guard parts.count == 4 else { return path }
            let own = String(parts[3]).replacing(host, with: "%H")
            return parts[..<3].joined(separator: "/") + "/" + own
        }
        func renamed(_ paths: [String: Access]) -> [String: Access] {
            Dictionary(paths.map { (renamed($0.key), $0.value) }) { one, _ in one }
        }
        return Footprint(
            listeners: listeners, sockets: renamed(sockets), labels: labels, names: names,
            files: files.map(renamed))
    }

    /// What both have: a port that is another one at each start is nobody's to rely on.
    func meet(_ other: Footprint) -> Footprint {
        Footprint(
            listeners: listeners.intersection(other.listeners),
            sockets: sockets.filter { other.sockets[$0.key] != nil },
            labels: labels.intersection(other.labels),
            names: other.names.flatMap { names?.intersection($0) },
            files: other.files.flatMap { found in files?.filter { found[$0.key] != nil } })
    }

    /// The first thing that `other` has and this one lacks, in words; nil if none is missing.
    func lack(of other: Footprint) -> String? {
        if let listener = other.listeners.subtracting(listeners).min() {
            return "no longer listens on \(listener)"
        }
        if let loss = loss("use", "socket", .connecting, of: other.sockets, now: sockets) {
            return loss
        }
        if let names, let name = other.names?.subtracting(names).min() {
            return "no longer owns the name \(name) on the bus"
        }
        if let files, let before = other.files,
            let loss = loss("read", "file", .reading, of: before, now: files)
        {
            return loss
        }
        return labelChange(from: other)?.reason
    }

    /// The first label that `other` has and this one lacks, with what there is in its place.
    private func labelChange(from other: Footprint) -> LabelChange? {
        other.labels.subtracting(labels).min().map { before in
            let others = labels.subtracting(other.labels)
            // Where there is none that is new, its processes have stayed in one of those that were.
            return LabelChange(
                from: before, to: (others.isEmpty ? labels : others).min() ?? "another")
        }
    }

    private static let narrowed = "not all may "
    private static let ofOthers = "it belongs to "

    /// Whether the reason of a failure is that a file or a socket has a mode for fewer than before;
    /// not where it is the same mode, and another owner.
    package static func isNarrowed(in reason: String) -> Bool {
        reason.contains(narrowed) && !reason.contains(ofOthers)
    }

    private func loss(
        _ verb: String, _ kind: String, _ use: Access.Use, of before: [String: Access],
        now: [String: Access]
    ) -> String? {
        for (path, before) in before.sorted(by: { $0.key < $1.key }) {
            guard let now = now[path] else { return "others no longer find its \(kind) \(path)" }
            if now.denies(use, whom: before) {
                return
                    "\(Footprint.narrowed)\(verb) its \(kind) \(path) who could: "
                    + now.difference(from: before)
            }
        }
        return nil
    }
}

// MARK: - Ledgers

extension Footprint {
    private enum CodingKeys: String, CodingKey {
        case listeners, sockets, label, labels, names, files
    }

    /// In ledgers of earlier versions one label stands for all.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let one = try values.decodeIfPresent(String.self, forKey: .label)
        self.init(
            listeners: try values.decode(Set<String>.self, forKey: .listeners),
            sockets: try values.decode([String: Access].self, forKey: .sockets),
            labels: try values.decodeIfPresent(Set<String>.self, forKey: .labels)
                ?? Set(one.map { [$0] } ?? []),
            names: try values.decodeIfPresent(Set<String>.self, forKey: .names),
            files: try values.decodeIfPresent([String: Access].self, forKey: .files))
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(listeners, forKey: .listeners)
        try values.encode(sockets, forKey: .sockets)
        if !labels.isEmpty { try values.encode(labels, forKey: .labels) }
        try values.encodeIfPresent(names, forKey: .names)
        try values.encodeIfPresent(files, forKey: .files)
    }
}
