/// What a service was seen to use, as far as restrictions can make exceptions for it.
public struct Usage: Hashable, Codable, Sendable {
    /// Directories in which it makes or changes files, outside of /dev, /proc, /sys, /tmp, /var/tmp
    /// and of homes.
    public var written: Set<String> = []
    /// Directories that are its own, whether or not anybody saw it make something there: what it
    /// keeps there may be missed only later, so that no trial can tell whether it does without
    /// them; nil in ledgers of older versions, and where all that passes is wanted.
    public var own: Set<String>?
    /// What says so of those of `own` and `homes` that nothing of themselves tells; nil in ledgers of
    /// older versions.
    public var claims: [String: Claim]?
    /// Directories for temporary files in which it makes or changes some: `/tmp`, `/var/tmp`; nil in
    /// ledgers of older versions.
    public var temporary: Set<String>?
    /// The files themselves, of those directories that belong to no single service.
    public var files: Set<String> = []
    /// The names of directories that it makes itself, one level below /run, with their modes; nil in
    /// ledgers of older versions.
    public var runtimeDirectories: [String: UInt32]?
    /// Directories below /home, /root or /run/user that it uses; true where it writes.
    public var homes: [String: Bool] = [:]
    /// Device nodes that a private /dev lacks.
    public var devices: Set<String> = []
    /// Ports that it binds: `tcp:80`.
    public var ports: Set<String> = []
    /// Addresses of other machines that it connects to: `192.0.2.1/32`; nil in ledgers of older
    /// versions.
    public var peers: Set<String>?
    /// Whom it becomes: the one user besides root that its processes have; where they have none,
    /// who it could be instead of root.
    public var user: String?
    /// How there comes to be that user; nil where it exists.
    public var newUser: NewUser?
    /// The capabilities it uses for its work, and not for becoming somebody else.
    public var capabilities: Set<String> = []

    public init() {}

    /// What says that a place is the service's although its name, its owner and what was seen do not.
    public struct Claim: Hashable, Codable, Sendable {
        public let source: Contest.Source
        /// For people, in a few words that follow the place.
        public let because: String

        public init(_ source: Contest.Source, because: String) {
            self.source = source
            self.because = because
        }
    }

    /// What has to be made below /run before each start as this user.
    func preparations(for user: String) -> [StartPreparation] {
        (runtimeDirectories ?? [:]).sorted { $0.key < $1.key }
            .map { .runtimeDirectory($0.key, mode: $0.value) }
            + files.filter { $0.hasPrefix("/run/") }.sorted().map { .file($0, of: user) }
    }

    /// Those of its directories below /run that systemd makes in its stead, so that the rest of /run
    /// need not be writable.
    fileprivate var madeForIt: [StartPreparation] {
        (runtimeDirectories ?? [:]).filter { written.contains("/run/\($0.key)") }
            .sorted { $0.key < $1.key }
            .map { .runtimeDirectory($0.key, mode: $0.value, isKept: true) }
    }

    /// It was seen to listen on an IP socket, or to talk to other machines.
    public var talksIP: Bool { !ports.isEmpty || peers?.isEmpty == false }

    /// What a service does not meet of which nothing else is known: whether it listens on loopback
    /// only it does not tell.
    public var unmetNeeds: Set<Need> {
        talksIP ? [.loopbackListener, .quietNetwork, .unservedNetwork] : [.loopbackListener]
    }

    /// All that either of two versions of a service was seen to use. Who it becomes is a matter of
    /// the first.
    public func joined(with other: Usage) -> Usage {
        var joined = self
        joined.written.formUnion(other.written)
        if own != nil || other.own != nil { joined.own = (own ?? []).union(other.own ?? []) }
        if claims != nil || other.claims != nil {
            joined.claims = (claims ?? [:]).merging(other.claims ?? [:]) { mine, _ in mine }
        }
        if temporary != nil || other.temporary != nil {
            joined.temporary = (temporary ?? []).union(other.temporary ?? [])
        }
        joined.files.formUnion(other.files)
        if runtimeDirectories != nil || other.runtimeDirectories != nil {
            joined.runtimeDirectories = (runtimeDirectories ?? [:])
                .merging(other.runtimeDirectories ?? [:]) { $0 | $1 }
        }
        joined.homes.merge(other.homes) { $0 || $1 }
        joined.devices.formUnion(other.devices)
        joined.ports.formUnion(other.ports)
        joined.peers = (peers ?? []).union(other.peers ?? [])
        joined.capabilities.formUnion(other.capabilities)
        return joined
    }
}

extension Catalogue {
    /// Directives that only the catalogue for one service has.
    public static let perService = withExamples.names { standard.directive($0.name) == nil }

    /// The catalogue for one service: restrictions make exceptions for what it uses, and each
    /// exception can be taken back by a restriction of its own.
    ///
    /// So `ProtectSystem=strict` is tried with the directories that the service writes to left
    /// writable, and `ReadWritePaths=~/var/lib/x` then asks whether it does without that one.
    public func accommodating(_ usage: Usage) -> Catalogue {
        // A /tmp of its own is mostly taken as well, and then the one of all is nothing to it.
        let used = usage.written.union(usage.temporary ?? [])
        let own = usage.own ?? []
        let writable = Self.writable(used)
        let unseen = Self.writable(own.subtracting(used))
        let writableHomes = Self.writable(Set(usage.homes.filter(\.value).keys))
        let homes = usage.homes.sorted { $0.key < $1.key }
            .map { Exception($0.value ? .bindPaths : .bindReadOnlyPaths, "-\($0.key)") }
        let nodes = usage.devices.sorted()
        let ports = usage.ports.sorted().map { Exception(.socketBindAllow, $0) }
        let peers = (usage.peers ?? []).sorted().map { Exception(.ipAddressAllow, $0) }
        let exceptions: [String: [Exception]] = [
            "ProtectSystem=strict": writable + unseen, "ProtectHome=read-only": writableHomes,
            "ProtectHome=tmpfs": homes, "SocketBindDeny=any": ports,
            "IPAddressDeny=all-but-localhost": peers,
            "DevicePolicy=closed": nodes.map { Exception(.deviceAllow, "\($0) rw") },
            "PrivateDevices=yes": nodes.map { Exception(.bindPaths, "-\($0)") },
        ]
        var rows = directives.map { row in
            row.mapping { restriction in
                restriction.exceptions = exceptions[restriction.id] ?? []
                if restriction.id == "ProtectSystem=strict" {
                    restriction.preparations = usage.madeForIt
                }
                restriction.leaveWritable(usage.written, own: own)
            }
        }
        func contest(of place: String) -> (String, Contest)? {
            if let claim = usage.claims?[place] { return Self.contest(by: claim) }
            if !own.contains(place) { return nil }
            return used.contains(place) ? Self.seen : Self.unseen
        }
        rows += [
            Self.withdrawals(
                .readWritePaths,
                (writable + unseen).map { ($0, "ProtectSystem=strict") }
                    // A home itself may be of both.
                    + writableHomes.filter { !(writable + unseen).contains($0) }
                    .map { ($0, "ProtectHome=read-only") }, contestedBy: contest),
            Self.withdrawals(
                .bindPaths,
                homes.filter { $0.name == .bindPaths }.map { ($0, "ProtectHome=tmpfs") },
                contestedBy: contest),
            Self.withdrawals(
                .bindReadOnlyPaths,
                homes.filter { $0.name != .bindPaths }.map { ($0, "ProtectHome=tmpfs") },
                contestedBy: contest),
            Self.withdrawals(.socketBindAllow, ports.map { ($0, "SocketBindDeny=any") }),
            Self.withdrawals(
                .ipAddressAllow, peers.map { ($0, "IPAddressDeny=all-but-localhost") }),
            Self.withdrawnNodes(nodes),
        ].compactMap { $0 }
        // First, so that what is taken besides applies to the new user.
        return Catalogue(([Self.identity(usage)].compactMap { $0 } + rows).merged)
    }

    /// A pass would say that the probe does not ask for what is kept there, and no more.
    private static let seen = (
        "it is the service's own, and it was seen to write there",
        Contest(.directory, settledBy: "--try, with a probe that asks for what it keeps there")
    )
    private static let unseen = (
        "it is the service's own, and nothing was seen to write there: a probe that has "
            + "it write settles whether it is needed",
        Contest(.directory, settledBy: "a probe that has it write")
    )
    private static func contest(by claim: Usage.Claim) -> (String, Contest) {
        (claim.because, Contest(claim.source, settledBy: "a probe that uses what it has there"))
    }

    private static func writable(_ places: Set<String>) -> [Exception] {
        places.sorted().map { Exception(.readWritePaths, "-\($0)") }
    }

    /// The table with a row for each directive that only the catalogue for one service has; words
    /// in capitals stand for what a service was seen to use.
    public static let withExamples: Catalogue = {
        var usage = Usage()
        usage.written = ["/var/lib/NAME"]
        usage.homes = ["/home/USER/NAME": true, "/home/USER/OTHER": false]
        usage.devices = ["/dev/NODE"]
        usage.ports = ["tcp:PORT"]
        usage.peers = ["ADDRESS"]
        usage.user = "USER"
        return Catalogue.standard.accommodating(usage)
    }()

    private static func withdrawals(
        _ setting: DirectiveName, _ exceptions: [(Exception, under: String)],
        contestedBy contest: (String) -> (heldBack: String, Contest)? = { _ in nil }
    ) -> Directive? {
        if exceptions.isEmpty { return nil }
        let (effect, shape) = exceptionLists[setting] ?? ("", BusShape("as"))
        return Directive(
            setting, effect, breaks: "nothing: each entry is an exception", introduced: 231,
            restrictions: exceptions.map { exception, base in
                let place = String(exception.value.drop { $0 == "-" })
                let contested = contest(place)
                // It was seen to be used; whether it is needed is the question.
                var restriction = Restriction(
                    setting, "~\(place)", .withdraw([exception]), implies: [base],
                    prior: Prior("exception \(place)", 0.8, cold: 0.8),
                    heldBack: contested?.heldBack)
                restriction.contest = contested?.1
                return restriction
            }
        ).onBus(shape)
    }

    private static let exceptionLists: [DirectiveName: (effect: String, BusShape)] = [
        .readWritePaths: (Exception.places[0].effect, BusShape("as")),
        .bindPaths: (Exception.places[1].effect, BusShape("a(ssbt)")),
        .bindReadOnlyPaths: (Exception.places[2].effect, BusShape("a(ssbt)")),
        .socketBindAllow: (
            "Ports that can be bound all the same.", BusShape("a(iiqq)", copying: .reversed)
        ),
        .ipAddressAllow: (
            "Addresses that can be talked to all the same.", BusShape("a(iayu)")
        ),
    ]

    private static func withdrawnNodes(_ nodes: [String]) -> Directive? {
        if nodes.isEmpty { return nil }
        return Directive(
            .deviceAllow, "Device nodes that can be opened all the same.",
            breaks: "the device that the entry names", manual: "systemd.resource-control(5)",
            introduced: 208,
            restrictions: nodes.map { node in
                Restriction(
                    .deviceAllow, "~\(node)",
                    .withdraw([
                        Exception(.deviceAllow, "\(node) rw"), Exception(.bindPaths, "-\(node)"),
                    ]), implies: ["DevicePolicy=closed"],
                    prior: Prior("exception \(node)", 0.8, cold: 0.8))
            }
        ).inForce(oneDevice)
    }

    private static func identity(_ usage: Usage) -> Directive? {
        usage.user.map { user in
            Directive(
                .user, "The service never has the rights of root.",
                breaks: "files that belong to root; changing to other users", introduced: 183,
                restrictions: [
                    Restriction(
                        .user, user,
                        .become(
                            user: user, keeping: Capability.mask(usage.capabilities.sorted()),
                            making: usage.preparations(for: user)),
                        implies: usage.newUser == .dynamic ? ["DynamicUser=yes"] : [],
                        prior: Prior("userswitch", 0.9),
                        heldBack: "decided before everything else")
                ]
            )
            .onBus(BusShape("s"))
            .changed(
                MeaningChange(
                    before: 254, after: 257, besideFilter: true, unless: "NoNewPrivileges=yes",
                    text: "a system call filter of a user that is not root implied "
                        + "NoNewPrivileges=yes and mostly does not any more: set-user-ID programs "
                        + "and file capabilities work again unless NoNewPrivileges=yes is taken")
            )
            .scored(
                Assessment(id: "User", weight: 2000, range: 10) { seen in
                    seen.isPrivileged ? 10 : seen.sandbox[.user] == .word("nobody") ? 9 : 0
                })
        }
    }
}

extension [Directive] {
    /// One row for each name; a later row of the same name adds its restrictions.
    fileprivate var merged: [Directive] {
        reduce(into: []) { rows, row in
            guard let place = rows.firstIndex(where: { $0.name == row.name }) else {
                return rows.append(row)
            }
            rows[place].restrictions += row.restrictions
        }
    }
}

extension Restriction {
    /// Leaves out of a list of what becomes read-only what is the service's own, and makes exceptions
    /// for what it writes below. Where it writes around such a place (`/etc`), this is not its own.
    fileprivate mutating func leaveWritable(_ written: Set<String>, own: Set<String>) {
        guard closesPlaces, case .add(let entries) = change else { return }
        func isBelow(_ place: String, _ other: String) -> Bool {
            place == other || place.hasPrefix(other + "/")
        }
        let places = entries.map { String($0.drop { $0 == "-" }) }
        let kept = places.filter { place in
            !written.contains(place) && !own.contains { isBelow(place, $0) }
        }
        change = .add(kept.map { "-\($0)" })
        inForceCheck = InForceCheck(
            inForceCheck.parts.filter { kept.contains($0.name) })
        exceptions += written.union(own).filter { use in kept.contains { isBelow(use, $0) } }
            .sorted().map { Exception(.readWritePaths, "-\($0)") }
    }

    /// The id of being another user.
    public static func becoming(_ user: String) -> String { "\(identity)=\(user)" }

    /// The directive that makes another user of a service.
    public static let identity = DirectiveName.user.rawValue

    /// Whether an id is that of being another user.
    public static func isBecoming(_ id: String) -> Bool { id.hasPrefix("\(identity)=") }
}
