import Hardening
import SystemdBus

/// What a transient copy of a service is handed so that it has a tighter sandbox than the
/// original. Lists append on the bus as they do in unit files, so it matters what is replaced,
/// what is left out and what follows.
struct SandboxChanges {
    /// Take the place of what the original has.
    var replacing: [(String, BusValue)] = []
    /// Must not be sent at all: an empty list is the absence of its property.
    var dropped: Set<String> = []
    /// Follow what the original has.
    var appended: [(String, BusValue)] = []

    /// Settings whose groups are sent by name, as the drop-in has them, and not as the members
    /// of today. They follow: a denial tightens whatever filter stands.
    static let byGroup: Set<String> = [CallFilterChange.directive, Sandbox.fileSystemFilter]
}

extension Sandbox {
    /// What takes a copy of a unit with this sandbox to `profile`.
    func changes(
        taking profile: Profile, in catalogue: Catalogue, dialect: Dialect
    ) -> SandboxChanges {
        let tighter = tightened(by: profile, in: catalogue, dialect: dialect)
        var result = SandboxChanges()
        for name in Set(settings.keys).union(tighter.settings.keys).sorted()
        where self[name] != tighter[name] && !SandboxChanges.byGroup.contains(name) {
            for (name, value) in tighter[name]?.properties(of: name) ?? [(name, nil)] {
                if let value {
                    result.replacing.append((name, value))
                } else {
                    result.dropped.insert(name)
                }
            }
        }
        let calls = CallFilterChange(
            from: self, taking: profile, in: catalogue, dialect: dialect)
        if calls.replaces { result.dropped.insert(CallFilterChange.directive) }
        result.appended = calls.assignments.map { assignment in
            (
                CallFilterChange.directive,
                .structure([.bool(assignment.allow), .strings(assignment.names)])
            )
        }
        let fileSystems = fileSystemGroups(deniedBy: profile, in: catalogue, dialect: dialect)
        if !fileSystems.isEmpty {
            result.appended.append(
                (Sandbox.fileSystemFilter, .structure([.bool(false), .strings(fileSystems)])))
        }
        return result
    }
}
