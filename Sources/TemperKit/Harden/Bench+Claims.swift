import Hardening
import Systemd
import Trials

extension Bench {
    /// Has a service keep what its configuration, its package and its programs name, and what it has
    /// where it is in use.
    ///
    /// - Parameter names: that directories of the service's own bear.
    /// - Returns: what speaks for more than places, and the commands that its configuration names.
    func claims(
        _ usage: inout Usage, _ observed: ObservedUsage, named names: Set<String>
    ) -> ([Wish], commands: [String: String]) {
        let machine = service.machine
        let users = observed.users
        let configuration = service.configuration(
            named: names.union(users.subtracting([0]).compactMap(machine.userName)),
            running: observed.programs)
        let wishes = usage.claim(
            configuration.places + (production?.places ?? []),
            for: machine.serviceUsers(users), declared: service.declaredDirectories
        ) { service.foreign([$0], besides: names) != nil }
        return (
            wishes + [usage.keeping].compactMap { $0 } + configuration.wishes(notSeen: users)
                + (production?.wishes(
                    beyond: observed, in: .standard(under: service.dialect.scope), service.dialect)
                    ?? []),
            commands: configuration.commands
        )
    }
}
