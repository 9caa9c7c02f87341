public import Hardening
import Linux
import SystemdBus

extension Service {
    /// Those of these places that systemd could make for the service and give to its user as they
    /// are: nobody else owns them or may read them as a member of a group.
    ///
    /// - Parameters:
    ///   - places: that the service writes to.
    ///   - given: those of them that are to change hands in any case.
    ///   - user: whom it runs as; nil for root.
    public func directories(
        among places: Set<String>, given: Set<String>, to user: String?
    ) -> ServiceDirectories? {
        guard machine.user == nil else { return nil }
        let account = machine.account(named: user ?? "root")
        var modes: [String: UInt32] = [:]
        for place in places.union(given).subtracting(declaredDirectories) {
            guard let status = machine.tree.status(of: place), status.isDirectory,
                given.contains(place) || status.user == account?.id,
                status.group == 0 || status.group == account?.group
            else { continue }
            modes[place] = status.mode & 0o7777
        }
        var own: [String: UInt32] = [:]
        for (setting, _) in ServiceDirectories.homes where !reading.strings(setting).isEmpty {
            own[setting] = reading["\(setting)Mode"]?.uint32
        }
        return ServiceDirectories(of: modes, besides: own)
    }

    /// The user of its unit; nil for root.
    public var unitUser: String? {
        let user = reading.string(Restriction.identity)
        return user.isEmpty ? nil : user
    }
}
