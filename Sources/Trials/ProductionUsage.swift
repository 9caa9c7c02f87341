public import Hardening

/// What a service was seen to have where it is in use: its users ask more of it than a probe does.
public struct ProductionUsage: Hashable, Sendable {
    public var accesses: Set<ObservedAccess>
    /// The types of namespaces, as `RestrictNamespaces=` has them, in which its processes differ.
    public var namespaces: Set<String>
    /// Whether one of its processes has real-time scheduling.
    public var isRealtime: Bool

    public init(
        accesses: Set<ObservedAccess> = [], namespaces: Set<String> = [], isRealtime: Bool = false
    ) {
        self.accesses = accesses
        self.namespaces = namespaces
        self.isRealtime = isRealtime
    }

    /// What it has there and was not seen to use when it was started to be looked at.
    ///
    /// - Parameter baseline: what it was seen to use then.
    public func wishes(
        beyond baseline: ObservedUsage, in catalogue: Catalogue, _ dialect: Dialect
    ) -> [Wish] {
        let fresh = accesses.subtracting(baseline.accesses).filter(\.isLasting)
        let users = accesses.filter { if case .user = $0 { true } else { false } }
        let nothing = ObservedUsage([], sandbox: Sandbox())
        var wishes = fresh.sorted { $0.words < $1.words }.compactMap { access -> Wish? in
            var seen: Set = [access]
            // Whether it is several users is told by all of them.
            if users.contains(access) { seen = users }
            let usage = ObservedUsage(seen, sandbox: Sandbox())
            let needs = catalogue.restrictions.filter {
                usage.exercises($0, in: dialect) && !nothing.exercises($0, in: dialect)
            }
            return needs.isEmpty
                ? nil
                : Wish(
                    .production, needs: Set(needs.map(\.id)), because: because(access.words),
                    settledBy: Self.settledBy)
        }
        if !namespaces.isEmpty {
            let names = namespaces.sorted()
            wishes.append(
                wish(
                    .namespaces(namespaces),
                    "has namespaces of its own (\(names.joined(separator: ", ")))"))
        }
        if isRealtime {
            wishes.append(wish(.realtime, "has real-time scheduling"))
        }
        return wishes
    }

    private func wish(_ wished: WishedFor, _ words: String) -> Wish {
        Wish(
            .production, for: wished, because: because(words), settledBy: Self.settledBy)
    }

    private static let settledBy = "a probe for which it does so"

    private func because(_ words: String) -> String { "where it is in use, it \(words)" }

    /// Where it writes and works. What is open for writing may be written, whoever owns it.
    public var places: [NamedPlace] {
        accesses.compactMap { access in
            switch access {
            case .writes(let path):
                NamedPlace(
                    Places.resolved(path), namedBy: "", .production, kind: .file, mode: 0o666)
            case .worksIn(let path) where Places.isInHomes(path):
                NamedPlace(path, namedBy: "", .production, kind: .directory)
            default: nil
            }
        }.sorted { $0.path < $1.path }
    }
}

extension ObservedAccess {
    /// Whether it says something of tomorrow, and is no place: a port that the kernel chose
    /// (ip_local_port_range in ip(7)) is another one each time.
    fileprivate var isLasting: Bool {
        switch self {
        case .writes, .worksIn, .reads: false
        case .listens("udp", _, let port, _): port < 32768
        default: true
        }
    }

    fileprivate var words: String {
        switch self {
        case .listens(let transport, let family, let port, _):
            "listens on \(transport) port \(port) over \(family)"
        case .user(let id): "runs as user \(id)"
        case .runs(let path): "runs \(path)"
        case .device(let path): "has \(path) open"
        case .writableCode: "has memory that is writable and executable"
        case .uses(let capability): "holds \(capability) as a user that is not root"
        case .opensSocket(let family): "has a socket of \(family)"
        default: "\(self)"
        }
    }
}
