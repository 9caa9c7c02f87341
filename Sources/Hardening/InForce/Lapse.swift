extension Profile {
    /// What a running service shows to be not in force of this profile: one line for each setting,
    /// empty where all that can be seen of it is in force.
    ///
    /// Only signs are asked that a service cannot wipe out by what it does itself: it can drop
    /// more, load more filters and enter more namespaces, but change its umask as it likes.
    ///
    /// - Parameters:
    ///   - first: the machine's first process, which nothing restricts.
    ///   - enforcement: what the machine was seen to enforce; nothing else is asked for.
    ///   - exceptions: paths that the unit's own settings give back to the service.
    public func lapses(
        of service: ProcessReading, comparedWith first: ProcessReading, in catalogue: Catalogue,
        enforcement: Enforcement, exceptions: Set<String> = []
    ) -> [String] {
        let strictest = Set(catalogue.strictest(of: self))
        var lapses: [String] = []
        var filtering: [String] = []
        for restriction in catalogue.restrictions where restrictions.contains(restriction.id) {
            for part in restriction.inForceCheck.parts
            where enforcement.enforces(part, of: restriction) && part.sign.lasts
                && !part.sign.isExcepted(by: exceptions)
            {
                if part.sign == .filtersCalls {
                    if !filtering.contains(restriction.directive) {
                        filtering.append(restriction.directive)
                    }
                } else if strictest.contains(restriction),
                    part.sign.glimpse(bare: first, restricted: service) == .missing
                {
                    let name = part.name.isEmpty ? "" : " (\(part.name))"
                    lapses.append("\(restriction.id)\(name) is not in force on the main process")
                }
            }
        }
        // Each of these directives loads a filter of its own, at the least.
        if let before = first.filters, let after = service.filters,
            after - before < filtering.count
        {
            lapses.append(
                "the main process has \(after - before) system call filters where "
                    + "\(filtering.joined(separator: ", ")) load one each")
        }
        return lapses
    }

}

extension Enforcement {
    fileprivate func enforces(_ part: InForceCheck.Part, of restriction: Restriction) -> Bool {
        switch self[restriction.id]?.standing {
        case .inForce: true
        case .partly(let lacking): !lacking.contains(part.name)
        default: false
        }
    }
}

extension InForceSign {
    fileprivate var lasts: Bool {
        switch self {
        case .noNewPrivileges, .withoutCapabilities, .filtersCalls, .ownNamespace, .mount, .program:
            true
        case .umask, .otherUser, .keepsMemoryApart, .canary, .readsBack: false
        }
    }

    /// Whether it looks at a path that is one of these or below one.
    fileprivate func isExcepted(by paths: Set<String>) -> Bool {
        guard case .mount(let path, _) = self else { return false }
        return paths.contains { $0 == path || path.hasPrefix($0 == "/" ? "/" : $0 + "/") }
    }
}
