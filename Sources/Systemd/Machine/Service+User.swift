import Glibc
import Hardening
import Linux
import Trials

/// Who a service that is root could be instead.
extension Service {
    /// A user that the package made for it, such as `_chrony` for chrony; nil where there is none.
    public var packageUser: String? {
        machine.accounts.first { account in
            let name = account.name.drop { $0 == "_" }
            return UserAccount.ofSystem.contains(account.id)
                && ownNames.contains { $0 == name || "Debian-\($0)" == name }
        }?.name
    }

    /// A file of its configuration that somebody who is not root could not read; nil where there is
    /// none. It may be read long after the start.
    ///
    /// - Parameters:
    ///   - user: who it would be; nil for somebody new, who has neither files nor groups.
    ///   - names: that directories of the service's own bear.
    public func configurationOfRoot(for user: String?, named names: Set<String>) -> String? {
        let account = user.flatMap(machine.account)
        func isLost(_ status: FileStatus) -> Bool {
            let mode = status.mode
            return mode & S_IROTH == 0 && (mode & S_IRGRP == 0 || status.group != account?.group)
                && (mode & S_IRUSR == 0 || status.user != account?.id)
        }
        func lost(in place: RootedDirectory, at path: String, levels: Int) -> String? {
            for name in place.names.sorted() {
                let own = "\(path)/\(name)"
                guard let status = place.status(of: name) else { continue }
                if status.isRegular || status.isDirectory, isLost(status) { return own }
                if levels > 1, status.isDirectory, let inner = place.subdirectory(name),
                    let found = lost(in: inner, at: own, levels: levels - 1)
                {
                    return found
                }
            }
            return nil
        }
        for name in names.sorted() {
            if let place = machine.tree.directory(at: "/etc/\(name)"),
                let found = lost(in: place, at: "/etc/\(name)", levels: 3)
            {
                return found
            }
        }
        return (package.map(packages.files) ?? []).first { path in
            Places.isBelow(path, "/etc") && machine.tree.status(of: path).map(isLost) == true
        }
    }

    /// Whether no other service has this user: one that a package or an administrator made, and whom
    /// neither another unit names nor another instance of the same template has.
    func isItsOwn(user: String) -> Bool {
        guard !unit.contains("@"), let account = machine.account(named: user),
            UserAccount.ofSystem.contains(account.id)
        else { return false }
        let files = ["/etc/systemd/system", "/usr/lib/systemd/system"].flatMap { directory in
            machine.tree.names(in: directory)
                .filter { $0.hasSuffix(".service") && !$0.contains("@.") && $0 != unit }
                .map { "\(directory)/\($0)" }
        }
        return !files.contains { file in
            UnitFileLine.all(in: machine.text(ofFile: file) ?? "").contains { line in
                line.assignment.map { $0 == (Restriction.identity, user) } == true
            }
        }
    }

    /// The name of a user that would be its own: that of its unit, where it can be a user's and is
    /// nobody's (systemd.exec(5), `DynamicUser=`).
    public var userOfItsOwn: String? {
        let taken = machine.accounts.map(\.name) + machine.groups.map(\.name)
        return stem.wholeMatch(of: /[a-z_][a-z0-9_-]{0,30}/) != nil && !taken.contains(stem)
            ? stem : nil
    }
}
