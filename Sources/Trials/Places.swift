import Hardening

/// What paths mean (hier(7), file-hierarchy(7)).
public enum Places {
    /// Where every service has a place of its own, one level below.
    private static let shared = [
        "/etc", "/opt", "/run", "/run/lock", "/srv", "/usr/lib", "/usr/local", "/usr/share",
        "/var", "/var/backups", "/var/cache", "/var/games", "/var/lib", "/var/local", "/var/log",
        "/var/mail", "/var/opt", "/var/spool", "/var/www",
    ]

    /// Whether a place belongs to no single service.
    public static func isShared(_ place: String) -> Bool { shared.contains(place) }

    /// Whether a path can stand in a unit file as it is: no blank, no line's end, no specifier, no
    /// quote, no separator of lists, and no way up.
    public static func isPlain(_ path: String) -> Bool {
        path.hasPrefix("/") && !path.split(separator: "/").contains("..")
            && path.utf8.allSatisfy { byte in
                let isLetter = (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                return isLetter || (0x30...0x39).contains(byte) || "/._-+@,~=".utf8.contains(byte)
            }
    }

    /// Whoever writes may use them, and what is there is gone at the next boot (file-hierarchy(7)).
    private static let temporary = ["/tmp", "/var/tmp"]

    /// The directory for temporary files that a path is in; nil where it is in none.
    public static func temporary(of path: String) -> String? {
        temporary.first { isBelow(path, $0) }
    }

    /// A path as one compares it: without steps that lead nowhere, and not by the old names of
    /// places.
    public static func resolved(_ path: String) -> String {
        let path = KernelRequest.plain(path)
        for (old, new) in [("/var/run/", "/run/"), ("/var/lock/", "/run/lock/")]
        where path.hasPrefix(old) {
            return new + path.dropFirst(old.count)
        }
        return path
    }

    /// The directory that it is in.
    public static func parent(of path: String) -> String {
        String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]).nonEmpty ?? "/"
    }

    public static func isBelow(_ path: String, _ place: String) -> Bool {
        path == place || path.hasPrefix(place.hasSuffix("/") ? place : place + "/")
    }

    /// The directory that must stay writable for a file: the service's own place below a shared
    /// one, or the shared one itself for a file that lies in it.
    public static func directory(of path: String) -> String {
        let parents = shared.filter { isBelow(path, $0) }
        guard let parent = parents.max(by: { $0.count < $1.count }) else {
            return self.parent(of: path)
        }
        let rest = path.dropFirst(parent.count + 1).split(separator: "/")
        return rest.count > 1 ? "\(parent)/\(rest[0])" : parent
    }

    /// The directory of a home that a path needs, nil for a path outside of homes: two levels below
    /// the home itself, so that what is granted is the service's and not the user's.
    static func home(of path: String) -> String? {
        let parts = path.split(separator: "/").map(String.init)
        let depth: Int
        if path.hasPrefix("/root/") {
            depth = 1
        } else if path.hasPrefix("/home/") {
            depth = 2
        } else if path.hasPrefix("/run/user/") {
            depth = 3
        } else {
            return nil
        }
        guard parts.count > depth else { return nil }
        let isHidden = parts[depth] == ".config" || parts[depth] == ".local"
        let length = min(parts.count - 1, depth + (isHidden ? 2 : 1))
        return length <= depth ? nil : "/" + parts[..<length].joined(separator: "/")
    }

    static func isKernelOrTemporary(_ path: String) -> Bool {
        (["/proc", "/sys"] + temporary).contains { isBelow(path, $0) }
    }

    /// Nodes that stay under `PrivateDevices=yes` (systemd.exec(5)).
    public static func isPseudoDevice(_ path: String) -> Bool {
        let kept = ["null", "zero", "full", "random", "urandom", "tty", "ptmx", "log"]
        return kept.contains { path == "/dev/\($0)" }
            || ["/dev/pts/", "/dev/shm/", "/dev/mqueue/", "/dev/hugepages/", "/dev/fd/"]
                .contains(where: path.hasPrefix)
    }

    /// Homes, and where they are (hier(7)).
    public static func isInHomes(_ path: String) -> Bool {
        ["/home", "/root", "/run/user"].contains { isBelow(path, $0) }
    }

    static func withoutNested(_ places: Set<String>) -> Set<String> {
        places.filter { place in !places.contains { $0 != place && isBelow(place, $0) } }
    }
}

extension String {
    fileprivate var nonEmpty: String? { isEmpty ? nil : self }
}
