import Glibc

/// How the machine numbers the users and groups of a user namespace: by the same distance from the
/// namespace's own numbers (user_namespaces(7)).
package struct UserShift: Equatable, Sendable {
    /// The machine's number of user and group 0; 0 where the users are the machine's own.
    package let first: UInt32

    /// How many users and groups a shifted namespace has.
    package static let count: UInt32 = 65536

    /// The user of whom a namespace makes one that it does not have, see /proc/sys/kernel/overflowuid.
    private static let nobody: UInt32 = 65534

    package init(first: UInt32) { self.first = first }

    /// That of a process's user namespace. Of the map's lines the first is taken, which is all of it
    /// in a lab.
    package init(ofProcess process: Int32) {
        let map = KernelFile.text("/proc/\(process)/uid_map")
        // Of a namespace that we are in, it tells by the numbers of the one around both.
        let isOurs = map == KernelFile.text("/proc/self/uid_map")
        let fields = isOurs ? [] : map.split(whereSeparator: \.isWhitespace)
        first = fields.first == "0" && fields.count > 1 ? UInt32(fields[1]) ?? 0 : 0
    }

    /// That of the machine whose root directory this is, as `/proc/PID/root`; none for other paths.
    package init(ofRoot root: String) {
        let parts = root.split(separator: "/")
        let process = parts.count == 3 && parts[0] == "proc" ? Int32(parts[1]) : nil
        self = process.map(UserShift.init(ofProcess:)) ?? UserShift(first: 0)
    }

    /// The namespace's number of a user of the machine's.
    package func inside(_ user: UInt32) -> UInt32 {
        if first == 0 { return user }
        return (first..<first + Self.count).contains(user) ? user - first : Self.nobody
    }

    /// The machine's number of a user of the namespace.
    package func outside(_ user: UInt32) -> UInt32 { user + first }
}
