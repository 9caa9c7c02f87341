public import Hardening

/// What was seen of a service while nothing restricted it.
public struct ObservedUsage: Hashable, Sendable {
    public let accesses: Set<ObservedAccess>
    public let sandbox: Sandbox
    /// Addresses, as `ObservedAccess.connects` has them, that stand for others where the trials run.
    private let standIns: Set<String>
    private let grantsPeers: Bool

    /// - Parameters:
    ///   - standIns: addresses that stand for others where the trials run, and that no other machine
    ///     has: to allow them would allow nothing.
    ///   - grantsPeers: whether a service that was seen to reach few other machines may be cut off
    ///     from all the rest. Tomorrow they can be others.
    public init(
        _ accesses: Set<ObservedAccess>, sandbox: Sandbox, standIns: Set<String> = [],
        grantsPeers: Bool = false
    ) {
        self.accesses = accesses
        self.sandbox = sandbox
        self.standIns = standIns
        self.grantsPeers = grantsPeers
    }

    /// It talks IP, listens at most on its own machine, and its peers are few: then denying all other
    /// addresses can be judged by a probe that comes from loopback. A service that listens on every
    /// address would pass such a probe and be cut off from its clients.
    public var isLocalOnly: Bool {
        talksIP && !servesOthers && !seeksOthers && peers.count <= ObservedUsage.mostPeers
    }

    /// It wants another machine, whether it was reached or not: a probe that comes from this one does
    /// not tell whether the service does without.
    public var seeksOthers: Bool {
        accesses.contains(.seeksOthers) || !peers.isDisjoint(with: standIns)
            || (!grantsPeers && !peers.isEmpty)
    }

    /// Other machines may be its clients.
    public var servesOthers: Bool {
        accesses.contains { access in
            if case .listens(_, _, _, let isLoopback) = access { !isLoopback } else { false }
        }
    }

    /// It listens on an IP socket, or asks for another machine.
    public var talksIP: Bool {
        seeksOthers || !peers.isEmpty || accesses.contains { $0.port != nil }
    }

    /// It set interfaces, routes or packet filters: over netlink(7), or as iptables-legacy does over a
    /// raw socket (raw(7)). The right alone is also asked for to enlarge a buffer (socket(7)).
    public var changesNetwork: Bool {
        accesses.contains(.uses(capability: "CAP_NET_ADMIN"))
            && (accesses.contains(.opensSocket(family: "AF_NETLINK"))
                || accesses.contains(.uses(capability: "CAP_NET_RAW")))
    }

    /// What it does not meet of what trials of some restrictions stand on.
    public var unmetNeeds: Set<Need> {
        let unmet: [(Need, Bool)] = [
            (.loopbackListener, !isLocalOnly), (.reachableNetwork, seeksOthers),
            (.quietNetwork, talksIP), (.unservedNetwork, servesOthers),
            (.untouchedNetwork, changesNetwork),
        ]
        return Set(unmet.filter(\.1).map(\.0))
    }

    /// The effective users of its processes, by their numbers.
    public var users: Set<UInt32> {
        Set(accesses.compactMap { if case .user(let id) = $0 { id } else { nil } })
    }

    /// The files that it was seen to write.
    public var writtenFiles: [String] {
        accesses.compactMap { access in
            if case .writes(let path) = access { Places.resolved(path) } else { nil }
        }.sorted()
    }

    /// The directories that it was seen to make where there was nothing.
    public var madeDirectories: Set<String> {
        Set(
            accesses.compactMap { access in
                if case .makesDirectory(let path) = access { Places.resolved(path) } else { nil }
            })
    }

    /// A pid file that it was seen to write: others read these (daemon(7)).
    public var pidFile: String? {
        writtenFiles.first { Places.isBelow($0, "/run") && $0.hasSuffix(".pid") }
    }

    /// The programs that it was seen to run.
    public var programs: [String] {
        accesses.compactMap { if case .runs(let path) = $0 { path } else { nil } }
            .filter { $0.hasPrefix("/") }.sorted()
    }

    /// What it asked for and was refused, privileges that the place of the trials may not have.
    public var denied: [KernelRequest] {
        accesses.compactMap { if case .isDenied(let request) = $0 { request } else { nil } }
            .sorted { $0.text < $1.text }
    }

    /// What it did on the system bus, where that was listened to.
    public var onBus: Set<BusUse> {
        Set(accesses.compactMap { if case .usesBus(let use) = $0 { use } else { nil } })
    }

    /// Addresses of other machines that it connected to.
    var peers: Set<String> {
        Set(accesses.compactMap { if case .connects(let peer) = $0 { peer } else { nil } })
    }

    /// More of them are a mirror network or a crowd, and tomorrow they are others.
    private static let mostPeers = 8
}
