public import Hardening

/// A place that something read of a service names, as it was found on the service's machine.
public struct NamedPlace: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        case directory, file, program, socket, device
        /// It is not there yet, and the directory that it would be in is.
        case missing
    }

    public let path: String
    /// What names it: `/etc/x/x.conf:9`.
    public let namedBy: String
    public let source: Contest.Source
    public let kind: Kind
    /// Of itself; of its directory where it is missing.
    public let owner: UInt32
    public let group: UInt32
    public let mode: UInt32

    public init(
        _ path: String, namedBy: String, _ source: Contest.Source = .configuration, kind: Kind,
        owner: UInt32 = 0, group: UInt32 = 0, mode: UInt32 = 0o755
    ) {
        self.path = path
        self.namedBy = namedBy
        self.source = source
        self.kind = kind
        self.owner = owner
        self.group = group
        self.mode = mode
    }
}

extension Usage {
    /// That what it keeps can be written out: whoever has places of its own to write to keeps something
    /// there, and a database does so only at its next change.
    public var keeping: Wish? {
        // What is in /run is gone at the next boot.
        let kept = written.union(own ?? []).filter { !Places.isBelow($0, "/run") }
        guard let place = kept.min() else { return nil }
        return Wish(
            .directory, for: .lasting,
            because: "what it keeps in \(place) may have to be written to the disk",
            settledBy: "a probe that has it keep something", isSettledByExercise: true)
    }
}

extension NamedPlace {
    fileprivate var because: String {
        source == .production
            ? "where it is in use, it uses \(path)" : "\(namedBy) names \(path)"
    }
}

/// Who the processes of a service are.
public struct ServiceUsers: Hashable, Sendable {
    public let users: Set<UInt32>
    /// Their own, as they are in passwd(5).
    public let groups: Set<UInt32>

    /// Root's name says nothing: everything belongs to it. nobody(65534) is whoever has no name.
    public init(_ users: Set<UInt32>, groups: Set<UInt32>) {
        self.users = users
        self.groups = groups.subtracting([0, 65534])
    }

    var haveRoot: Bool { users.contains(0) }

    /// Whether one that is not root may write there.
    fileprivate func mayWrite(_ place: NamedPlace) -> Bool {
        let named = users.subtracting([0, 65534])
        return named.contains(place.owner) && place.mode & 0o200 != 0
            || groups.contains(place.group) && place.mode & 0o020 != 0 || place.mode & 0o002 != 0
    }
}

extension NamedPlace {
    private var isData: Bool {
        ["/run", "/srv", "/var/cache", "/var/lib", "/var/log", "/var/spool"].contains {
            Places.isBelow(path, $0)
        }
    }

    private var isOfSystem: Bool {
        let places = [
            "/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/run/systemd", "/sbin",
            "/sys", "/tmp", "/usr", "/var/tmp",
        ]
        return Places.isInHomes(path) || places.contains { Places.isBelow(path, $0) }
    }

    /// The directory that has to stay writable for these users of the service to do there what its
    /// being named says; nil where that says nothing.
    ///
    /// What root may only change and is there already, its service may only read: a page, a key.
    /// Of what is made for data on a system, and of what is not there yet, it may be the writer.
    public func written(by users: ServiceUsers) -> String? {
        guard Places.isPlain(path), !isOfSystem, kind != .program, kind != .device else {
            return nil
        }
        if kind == .directory && Places.isShared(path) { return nil }
        if !users.mayWrite(self) {
            let isRoots = users.haveRoot && owner == 0 && isData
            guard isRoots, kind == .missing || !Places.isBelow(path, "/srv") else { return nil }
        }
        let place = kind == .directory ? path : Places.directory(of: path)
        // Of those that belong to no single service only the logs' is named for a file in it.
        return Places.isShared(place) && place != "/var/log" ? nil : place
    }

    /// Whether only root of the service's users may write there: such a place may be another
    /// package's as well.
    public func isRoots(for users: ServiceUsers) -> Bool { !users.mayWrite(self) }

    /// What of the homes has to stay visible; nil for a place outside of them, and for all of them: a
    /// pattern says of no home that it is used.
    var home: String? {
        guard Places.isPlain(path), Places.isInHomes(path), kind != .missing,
            !["/home", "/run/user"].contains(path)
        else { return nil }
        return Places.home(of: path) ?? path
    }

    /// What it needs besides.
    private var wished: (WishedFor, why: String)? {
        switch kind {
        case .device where Places.isPlain(path) && !Places.isPseudoDevice(path):
            (.device, "a device")
        case .socket where Places.temporary(of: path) == nil:
            (.socket(path), "a socket")
        case .program where !isOfSystem || Places.temporary(of: path) != nil:
            (.program, "a program")
        case .file, .directory, .socket, .program:
            Places.temporary(of: path).flatMap { temporary in
                path == temporary ? nil : (.sharedTemporary, "which others share")
            }
        default: nil
        }
    }

    /// That what it needs stays open.
    var wish: Wish? {
        wished.map { wished, why in
            Wish(
                source, for: wished, because: "\(because), \(why)",
                settledBy: "a probe that uses it")
        }
    }
}

extension Usage {
    /// Claims the places that were named and that nobody saw the service use.
    ///
    /// - Parameters:
    ///   - declared: directories that the unit keeps writable.
    ///   - isForeign: whether a directory of root's belongs to another package.
    /// - Returns: what speaks for more than places.
    public mutating func claim(
        _ places: [NamedPlace], for users: ServiceUsers, declared: Set<String> = [],
        isForeign: (String) -> Bool = { _ in false }
    ) -> [Wish] {
        var wishes: [Wish] = []
        for place in places {
            let claim = Claim(place.source, because: place.because)
            if let home = place.home {
                if homes.keys.contains(where: { Places.isBelow(home, $0) }) { continue }
                homes = homes.filter { !Places.isBelow($0.key, home) }
                homes[home] = place.isWritable(by: users)
                claims = (claims ?? [:]).merging([home: claim]) { mine, _ in mine }
                wishes.append(
                    Wish(
                        place.source, for: .home, because: claim.because,
                        settledBy: "a probe that uses what it has there"))
            } else if let written = place.written(by: users) {
                let known = self.written.union(own ?? []).union(declared)
                if !known.contains(where: { Places.isBelow(written, $0) }),
                    !place.isRoots(for: users) || !isForeign(written)
                {
                    own = (own ?? []).union([written])
                    claims = (claims ?? [:]).merging([written: claim]) { mine, _ in mine }
                }
            }
            if let wish = place.wish { wishes.append(wish) }
        }
        return wishes
    }
}

extension NamedPlace {
    fileprivate func isWritable(by users: ServiceUsers) -> Bool {
        users.mayWrite(self) || users.haveRoot
    }
}
