public import Hardening
import Linux
import SystemdBus

extension Service {
    /// Those of these places that systemd could make for the service and give to its user without
    /// taking them from anybody: they are the service's, and nobody else owns them or what is in
    /// them, or may read it as a member of a group.
    ///
    /// - Parameters:
    ///   - places: that the service writes to.
    ///   - given: those of them that are to change hands in any case.
    ///   - user: whom it runs as; nil for root.
    ///   - names: that directories of the service's own bear.
    public func directories(
        among places: Set<String>, given: Set<String>, to user: String?, named names: Set<String>
    ) -> ServiceDirectories? {
        guard machine.user == nil else { return nil }
        let account = machine.account(named: user ?? "root")
        let name = reading.string("Group")
        let group =
            name.isEmpty ? account?.group : machine.groups.first { $0.name == name }?.id
        var modes: [String: UInt32] = [:]
        for place in places.union(given).subtracting(declaredDirectories) {
            guard foreign([place], besides: names) == nil,
                let status = machine.tree.status(of: place), status.isDirectory
            else { continue }
            let isOwned = status.user == account?.id && status.group == group
            if !isOwned {
                // systemd gives it away with all that is in it.
                guard given.contains(place) || status.user == account?.id,
                    let directory = machine.tree.directory(at: place),
                    directory.isOnly(of: [0, account?.id, status.user], [0, group])
                else { continue }
            }
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

extension RootedDirectory {
    /// Whether all that is in it belongs to these users and groups. Of a thousand files and more
    /// nobody knows.
    fileprivate func isOnly(of users: Set<UInt32?>, _ groups: Set<UInt32?>) -> Bool {
        var left = 1000
        func isOnly(in directory: RootedDirectory) -> Bool {
            directory.names.allSatisfy { name in
                left -= 1
                guard left > 0, let status = directory.status(of: name),
                    users.contains(status.user), groups.contains(status.group)
                else { return false }
                guard status.isDirectory else { return true }
                return directory.subdirectory(name).map(isOnly) ?? false
            }
        }
        return isOnly(in: self)
    }
}
