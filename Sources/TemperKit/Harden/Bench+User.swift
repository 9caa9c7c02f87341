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
    /// for it although no trial does, leaves it root as well: it is lost with root. So does a file of
    /// its configuration that only root may read.
    ///
    /// - Parameter names: that directories of the service's own bear.
    /// - Returns: why it stays root; nil where it is tried as somebody else, or never was root.
    func propose(
        _ usage: inout Usage, _ traits: ProgramTraits, _ observed: ObservedUsage,
        named names: Set<String>
    ) -> String? {
        guard usage.user == nil, service.machine.user == nil, service.sandbox.isRoot else {
            return nil
        }
        if let work = traits.hostedWork { return "it runs \(work), which may need root" }
        if !observed.users.isSubset(of: [0]) { return "its processes are of several users" }
        let places = usage.written.union(usage.own ?? []).filter { !Places.isBelow($0, "/run") }
        let known = service.machine.ownPlaces(named: names, of: observed.users)
        let own = service.ownPlaces(among: places, besides: known, named: names)
        // Other files than those of its number would lose what is in them: they are made anew.
        let files = usage.files.filter { file in
            !Places.isBelow(file, "/run") || !file.hasSuffix(".pid") && file != service.pidFile
        }
        if let shared = (places.subtracting(own).union(files)).min() {
            return "it writes to \(shared), which is not its own"
        }
        var wanted = usage
        if let user = service.packageUser {
            wanted.user = user
        } else if let user = service.userOfItsOwn {
            let keeps = places.union(service.declaredDirectories).contains {
                !Places.isBelow($0, "/run")
            }
            let makes = !usage.files.isEmpty || usage.runtimeDirectories?.isEmpty == false
            (wanted.user, wanted.newUser) = (user, keeps || makes ? .system : .dynamic)
        }
        guard let user = wanted.user else { return "its name cannot be that of a user of its own" }
        let existing = wanted.newUser == nil ? user : nil
        if let file = service.configurationOfRoot(for: existing, named: names) {
            return "\(user) may not read \(file)"
        }
        let subject = service.subject(using: wanted)
        let implied = Profile([Restriction.becoming(user)], in: subject.catalogue).restrictions
        let contested = contested(in: subject, by: traits, observed).filter { id, _ in
            implied.contains(id) || subject.catalogue[id]?.isLostWithRoot == true
        }
        if let (id, known) = contested.min(by: { $0.key < $1.key }) {
            return "\(id) is contested: \(known.because)"
        }
        let kept = implied.sorted().first { subject.catalogue[$0]?.isNamed(in: plan.keep) == true }
        if let kept { return "\(kept) is kept out" }
        usage = wanted
        return nil
    }
}
