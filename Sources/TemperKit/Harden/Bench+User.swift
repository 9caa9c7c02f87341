import Hardening
import Systemd
import Trials

extension Bench {
    /// Restrictions that are contested by the service's programs, its unit, and by what it asked for
    /// where nobody gets it.
    func contested(
        in subject: HardeningSubject, by traits: ProgramTraits, _ observed: ObservedUsage
    ) -> [String: ContestedRestriction] {
        traits.contested(in: subject.catalogue, isRoot: subject.sandbox.isRoot) {
            observed.exercises($0, in: subject.dialect)
        }.merging(host.outOfReach.contested(by: observed.denied, in: subject.dialect)) { $1 }
    }

    /// Has a service that only root was seen in be tried as somebody else: as the user that its
    /// package made for it, as one who exists only while it runs where it keeps nothing, else as one
    /// of its own.
    ///
    /// What is left open of root's rights, or of what such a user implies, because something speaks
    /// for it although no trial does, leaves it root as well: it is lost with root.
    ///
    /// - Parameter names: that directories of the service's own bear.
    func propose(
        _ usage: inout Usage, _ traits: ProgramTraits, _ observed: ObservedUsage,
        named names: Set<String>
    ) {
        guard service.machine.user == nil, service.sandbox.isRoot, traits.hostedWork == nil,
            observed.users.isSubset(of: [0])
        else { return }
        let places = usage.written.union(usage.own ?? []).filter { !Places.isBelow($0, "/run") }
        let known = service.machine.ownPlaces(named: names, of: observed.users)
        let own = service.ownPlaces(among: places, besides: known, named: names)
        // What others have in the same place would be lost to them, or to it.
        guard own == places, usage.files.allSatisfy({ Places.isBelow($0, "/run") }) else { return }
        let keeps = places.union(service.declaredDirectories).contains {
            !Places.isBelow($0, "/run")
        }
        let isMade = !usage.files.isEmpty || usage.runtimeDirectories?.isEmpty == false
        var wanted = usage
        if let user = service.packageUser {
            wanted.user = user
        } else if let user = service.userOfItsOwn {
            wanted.user = user
            wanted.newUser = keeps || isMade ? .system : .dynamic
        }
        guard let user = wanted.user else { return }
        let subject = service.subject(using: wanted)
        let implied = Profile([Restriction.becoming(user)], in: subject.catalogue).restrictions
        let isContested = contested(in: subject, by: traits, observed).keys.contains {
            implied.contains($0) || $0.hasPrefix("CapabilityBoundingSet=")
                || $0.hasPrefix("PrivateUsers=")
        }
        let isKept = implied.contains { id in
            plan.keep.contains(id) || plan.keep.contains(String(id.prefix { $0 != "=" }))
        }
        if !isContested && !isKept { usage = wanted }
    }
}
