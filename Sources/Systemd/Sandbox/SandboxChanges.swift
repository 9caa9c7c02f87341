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
    static let byGroup: Set<String> = [
        CallFilterChange.directive, HardeningSubject.fileSystemFilter,
    ]
}

extension HardeningSubject {
    /// What takes a copy of the unit to `profile`.
    func changes(taking profile: Profile) -> SandboxChanges {
        let tighter = tightened(by: profile)
        var result = SandboxChanges()
        for name in Set(sandbox.settings.keys).union(tighter.settings.keys).sorted()
        where sandbox[name] != tighter[name] && !SandboxChanges.byGroup.contains(name) {
            for (name, value) in tighter[name]?.properties(of: name) ?? [(name, nil)] {
                if let value {
                    result.replacing.append((name, value))
                } else {
                    result.dropped.insert(name)
                }
            }
        }
        let calls = CallFilterChange(of: self, taking: profile)
        if calls.replaces { result.dropped.insert(CallFilterChange.directive) }
        result.appended = calls.assignments.map { assignment in
            (
                CallFilterChange.directive,
                .structure([.bool(assignment.allow), .strings(assignment.names)])
            )
        }
        let fileSystems = fileSystemGroups(deniedBy: profile)
        if !fileSystems.isEmpty {
            result.appended.append(
                (
                    HardeningSubject.fileSystemFilter,
                    .structure([.bool(false), .strings(fileSystems)])
                ))
        }
        return result
    }
}
