/// Whom something seen in a failing trial points at. It saves trials and never proves anything.
public struct Suspects: Hashable, Sendable {
    /// Restrictions by their id, or all of a directive by its name: one of these is to blame.
    public let names: Set<String>
    /// What would have to be in force besides, as a filter that kills needs both its group and
    /// the killing.
    public let companions: Set<String>
    /// 0...1
    public let confidence: Double

    public init(_ names: Set<String>, with companions: Set<String> = [], confidence: Double) {
        self.names = names
        self.companions = companions
        self.confidence = confidence
    }

    /// Whether all of these are among them.
    public func include(_ others: Set<String>) -> Bool {
        others.allSatisfy { other in
            names.contains(other)
                || names.contains(Catalogue.standard[other]?.directive ?? "")
        }
    }

    /// What takes rights from the files that a service makes.
    public static let narrowingModes = Catalogue.standard.ids { restriction in
        if case .addMode = restriction.change { true } else { false }
    }

    /// What keeps systemd from hearing that a service is ready.
    public static let silencing = Catalogue.standard.names(where: \.silencesReadiness)

    /// What keeps a process that runs another program under the security label that it has.
    public static let holdingLabels = {
        let own = Catalogue.standard.ids { restriction in
            Catalogue.standard.directive(restriction.directive)?.holdsLabels ?? false
        }
        return own.union(Catalogue.standard.ids { !$0.implies.isDisjoint(with: own) })
    }()
}

extension KernelRequest {
    /// What this refusal points at; nil when nothing of the catalogue refuses like that.
    public func suspects(in dialect: Dialect) -> Suspects? {
        guard isRefused else { return nil }
        switch subject {
        case .killed(let call):
            return Suspects(
                Catalogue.standard.filters(of: call, in: dialect),
                with: Catalogue.standard.ids { $0.change == .killOnDeniedCall }, confidence: 0.95)
        case .capability(let name):
            return Suspects(Catalogue.standard.dropping(name), confidence: 0.3)
        case .call(let name):
            let names = names(refusing: name, in: dialect)
            return names.isEmpty
                ? nil : Suspects(names, confidence: reason == .enoent ? 0.4 : 0.9)
        }
    }

    private func names(refusing call: String, in dialect: Dialect) -> Set<String> {
        let hiding = path.flatMap(KernelRefusal.hiding)?.suspects ?? []
        let closing = path.flatMap(Catalogue.closedSocket)?.suspects ?? []
        let droppers = lacking.reduce(into: Set<String>()) {
            $0.formUnion(Catalogue.standard.dropping($1))
        }
        switch reason {
        case .eperm:
            if !lacking.isEmpty { return droppers }
            if let path, path.hasPrefix("/dev/"), call.hasPrefix("open") {
                return KernelRefusal.device.suspects
            }
            // Each type of namespaces has a restriction of its own.
            let own =
                namespaces.map(Catalogue.standard.denying) ?? KernelRefusal.call(call).suspects
            return Catalogue.standard.filters(of: call, in: dialect).union(own)
        case .eacces:
            if !lacking.isEmpty { return droppers.union(hiding) }
            if call == "mmap" || call == "mprotect" { return KernelRefusal.code.suspects }
            return call.hasPrefix("exec") ? KernelRefusal.program.suspects : hiding.union(closing)
        case .econnrefused: return closing
        case .erofs: return KernelRefusal.suspects(protecting: path)
        case .eafnosupport:
            return family.map(Catalogue.standard.denying) ?? KernelRefusal.someFamily.suspects
        case .enoent where Self.objects.contains(call):
            return KernelRefusal.foreignObject.suspects
        case .einval: return KernelRefusal.foreignUser.suspects
        case .enoent, .enodev, .enxio: return hiding
        case .enosys: return call == "openat2" ? KernelRefusal.modernOpen.suspects : []
        case .eaddrnotavail, .enetunreach: return KernelRefusal.network.suspects
        default: return []
        }
    }

    /// Calls that look for an object of another process by its key.
    static let objects: Set<String> = ["msgget", "semget", "shmget", "mq_open"]
}

// MARK: - Who refuses what

extension Catalogue {
    /// The names of the rows that fulfil a condition.
    func names(where isWanted: (Directive) -> Bool) -> Set<String> {
        Set(directives.filter(isWanted).map(\.name))
    }

    /// The ids of the restrictions that fulfil a condition.
    func ids(where isWanted: (Restriction) -> Bool) -> Set<String> {
        Set(restrictions.filter(isWanted).map(\.id))
    }

    /// The filters that deny a call, by their groups.
    fileprivate func filters(of call: String, in dialect: Dialect) -> Set<String> {
        ids { restriction in
            switch restriction.change {
            case .denyCalls(let group): dialect.calls(of: group)?.contains(call) ?? false
            case .allowOnlyCalls(let group):
                dialect.calls[group].map { !$0.contains(call) } ?? false
            default: false
            }
        }
    }

    /// What takes a capability away: its own restriction, what contains that, and what takes them
    /// all.
    fileprivate func dropping(_ capability: String) -> Set<String> {
        let drop = Tightening.dropCapabilities(Capability.mask([capability]))
        let own = ids { $0.change == drop }
        let containing = names { row in
            row.restrictions.contains { !$0.implies.isDisjoint(with: own) }
        }
        return own.union(containing).union(KernelRefusal.anyCapability.suspects)
    }

    fileprivate func denying(namespaces: [String]) -> Set<String> {
        ids { restriction in
            namespaces.contains { restriction.change == .denyNamespace(NamespaceType.bit($0)) }
        }
    }

    fileprivate func denying(family: String) -> Set<String> {
        let own = ids { $0.change == .denyFamily(family) }
        return own.isEmpty ? ids { $0.change == .denyOtherFamilies } : own
    }
}
