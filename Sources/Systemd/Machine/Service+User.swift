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

    /// Whether no other service has this user: one that a package or an administrator made, and whom
    /// neither another unit names nor another instance of the same template has.
    func isItsOwn(user: String) -> Bool {
        guard !unit.contains("@"),
            machine.accounts.contains(where: {
                $0.name == user && UserAccount.ofSystem.contains($0.id)
            })
        else { return false }
        return !["/etc/systemd/system", "/usr/lib/systemd/system"].contains { directory in
            machine.tree.names(in: directory).contains { name in
                name.hasSuffix(".service") && !name.contains("@.") && name != unit
                    && UnitFileLine.all(in: machine.text(ofFile: "\(directory)/\(name)") ?? "")
                        .contains { $0.assignment.map { $0 == ("User", user) } ?? false }
            }
        }
    }

    /// The name of a user that would be its own: that of its unit, where it can be a user's and is
    /// nobody's (systemd.exec(5), `DynamicUser=`).
    public var userOfItsOwn: String? {
        let taken =
            machine.accounts.map(\.name)
            + (machine.text(ofFile: "/etc/group") ?? "").lines.map { line in
                String(line.prefix { $0 != ":" })
            }
        return stem.wholeMatch(of: /[a-z_][a-z0-9_-]{0,30}/) != nil && !taken.contains(stem)
            ? stem : nil
    }
}
