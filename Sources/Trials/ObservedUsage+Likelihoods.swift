public import Hardening

/// What the sightings say for and against restrictions before they are tried.
extension ObservedUsage {
    /// How much more often a restriction that breaks a service comes with these sightings than one
    /// that does not; by the restriction's id. Estimates, on the cautious side.
    ///
    /// - Parameter losesRoot: it was seen as root and will not be root any more, so what it did to
    ///   become somebody else is no longer called for.
    public func likelihoodRatios(
        of offer: Offer, losesRoot: Bool = false
    ) -> [String: Double] {
        let isTraced = !calls.isEmpty
        var ratios: [String: Double] = [:]
        for restriction in offer.restrictions {
            for likelihood in restriction.likelihoods {
                let isSeen = shows(likelihood.sign, in: offer.subject.dialect)
                guard likelihood.hearing.applies(isTraced: isTraced, isSeen: isSeen) else {
                    continue
                }
                let ratio =
                    restriction.exceptions.isEmpty ? nil : likelihood.excepted
                if let ratio = ratio ?? (isSeen ? likelihood.seen : likelihood.unseen) {
                    ratios[restriction.id, default: 1] *= ratio
                }
            }
            if losesRoot && restriction.isForRoot { ratios[restriction.id] = 0.05 }
        }
        return ratios
    }

    /// Whether the service was seen to do something of the kind that a restriction is about.
    public func exercises(_ restriction: Restriction, in dialect: Dialect) -> Bool {
        restriction.likelihoods.contains { $0.seen > 1 && shows($0.sign, in: dialect) }
    }

    private func shows(_ sign: UsageSign, in dialect: Dialect) -> Bool {
        switch sign {
        case .listens(let family?): accesses.contains { $0.listeningFamily == family }
        case .listens(nil): accesses.contains { $0.listeningFamily != nil }
        case .bindsLowPort: accesses.contains { ($0.port ?? .max) < 1024 }
        case .severalUsers: Set(accesses.compactMap(\.userID)).count > 1
        case .device: accesses.contains(where: \.isDevice)
        case .writableCode: accesses.contains(.writableCode)
        case .notifies: sandbox[.type].value(default: "simple").hasPrefix("notify")
        case .writes(let places?): writes(below: places)
        case .writes(nil): !writes.isEmpty
        case .writesOutsideKernel:
            writes.contains { path in !["/dev/", "/proc/", "/sys/"].contains(where: path.hasPrefix)
            }
        case .touches(let places): touches(places)
        case .runs(let places): accesses.contains { $0.runsBelow(places) }
        case .calls(let names): !calls.isDisjoint(with: names)
        case .callsOf(let group):
            dialect.calls(of: group).map { !$0.isDisjoint(with: calls) } ?? true
        case .callsBeyond(let group): !calls.subtracting(dialect.calls[group] ?? []).isEmpty
        case .uses(let capability): accesses.contains(.uses(capability: capability))
        case .opens(let family): accesses.contains(.opensSocket(family: family))
        case .either(let one, let other): shows(one, in: dialect) || shows(other, in: dialect)
        case .both(let one, let other): shows(one, in: dialect) && shows(other, in: dialect)
        }
    }

    private var calls: Set<String> {
        Set(accesses.compactMap { if case .calls(let name) = $0 { name } else { nil } })
    }

    private var writes: [String] {
        accesses.compactMap { if case .writes(let path) = $0 { path } else { nil } }
    }

    private func writes(below places: [String]) -> Bool {
        writes.contains { path in places.contains(where: path.hasPrefix) }
    }

    private func touches(_ places: [String]) -> Bool {
        accesses.contains { access in
            guard case .reads(let path) = access else { return false }
            return places.contains(where: path.hasPrefix)
        } || writes(below: places)
    }
}

extension Likelihood.Hearing {
    fileprivate func applies(isTraced: Bool, isSeen: Bool) -> Bool {
        switch self {
        case .always: true
        case .traced: isTraced
        case .untraced: !isTraced
        case .untracedOrSeen: !isTraced || isSeen
        }
    }
}

extension ObservedAccess {
    fileprivate var listeningFamily: String? {
        if case .listens(_, let family, _, _) = self { family } else { nil }
    }

    var port: UInt16? {
        if case .listens(_, _, let port, _) = self { port } else { nil }
    }

    fileprivate var userID: UInt32? { if case .user(let id) = self { id } else { nil } }

    fileprivate var isDevice: Bool { if case .device = self { true } else { false } }

    fileprivate func runsBelow(_ places: [String]) -> Bool {
        guard case .runs(let path) = self else { return false }
        return places.contains(where: path.hasPrefix)
    }
}
