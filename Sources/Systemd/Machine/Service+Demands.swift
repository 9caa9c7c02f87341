import Glibc
public import Hardening
import Trials

/// What a record may ask for in a service's name. A record is text that came from somewhere: what is
/// not the service's own is refused, whoever wrote it.
extension Service {
    /// What of it is not this service's to be given, in a few words; nil where nothing is.
    ///
    /// - Parameters:
    ///   - profile: what is taken; a user counts only where it is.
    ///   - seen: the users at work in the service as its unit is, where that was looked at.
    ///     Another one must be named by the unit or its package.
    public func problem(
        withUsing usage: Usage, under profile: Profile, seen: Set<UInt32> = []
    ) -> String? {
        let places = usage.written.union(usage.own ?? []).sorted()
        if let place = places.first(where: isForeign) { return "\(place) is not its own" }
        let identity = profile.restrictions.sorted().first(where: Restriction.isBecoming)
        // Who stays root has those made that are left writable.
        let made = Set((usage.runtimeDirectories ?? [:]).keys).filter {
            identity != nil || usage.written.contains("/run/\($0)")
        }
        if let name = made.sorted().first(where: { !isNamedAfterIt($0) }) {
            return "/run/\(name) would be made for it and does not bear its name"
        }
        guard let id = identity else { return nil }
        guard let user = usage.user, id == Restriction.becoming(user) else {
            return "\(id) is no user that it was seen to become"
        }
        if let problem = problem(withBecoming: user, usage.newUser, seen: seen) { return problem }
        let ownership = Ownership(user: user, usage)
        if let tree = foreign(ownership.trees, besides: ownNames) {
            return "\(tree) would have to change hands and is not its own"
        }
        return usage.files.sorted().first { file in
            let directory = Places.parent(of: file)
            return
                !(made.contains { directory == "/run/\($0)" }
                || ownership.trees.contains { Places.isBelow(file, $0) }
                || Places.isShared(directory) && isOwnFile(file))
        }.map { "\($0) would be made for it and does not bear its name" }
    }

    private func problem(
        withBecoming user: String, _ newUser: NewUser?, seen: Set<UInt32>
    ) -> String? {
        if sandbox.user == user { return nil }
        if machine.user != nil || !sandbox.isRoot {
            return "its unit does not run as root, so it cannot become \(user)"
        }
        let account = machine.account(named: user)
        if newUser != nil, account == nil {
            return user == userOfItsOwn ? nil : "a new user \(user) does not bear its name"
        }
        guard let account, account.id != 0 else { return "there is no user \(user) here" }
        return seen.contains(account.id) || isNamed(account)
            ? nil : "neither the unit nor its package names the user \(user)"
    }

    /// Whether the unit or its package names the user, or it would be its own, so that nobody has to
    /// see it at work.
    public func names(user: String) -> Bool {
        sandbox.user == user || user == userOfItsOwn
            || machine.account(named: user).map(isNamed) == true
    }

    /// Whether the unit, its configuration or its package's, or an owner of its directories says so.
    private func isNamed(_ account: UserAccount) -> Bool {
        isNamedAfterIt(account.name)
            || unitFiles.contains { $0.text.words.contains(account.name[...]) }
            || configuration(named: [], running: []).users.contains { $0.name == account.name }
            || machine.ownPlaces(named: [], of: [account.id]).contains {
                isNamedAfterIt(String($0.split(separator: "/").last ?? ""))
            }
    }

    /// Names of the service's own: of its unit, its package and its programs.
    var ownNames: Set<String> {
        programs.union([stem]).union(package.map { [$0] } ?? [])
    }

    /// `crond.pid` is cron's, and `_chrony` chrony's.
    func isNamedAfterIt(_ name: String) -> Bool {
        ownNames.contains { $0 == name || $0.utf8.count > 2 && name.contains($0) }
    }

    private func isOwnFile(_ file: String) -> Bool {
        file == pidFile || isNamedAfterIt(String(file.split(separator: "/").last ?? ""))
    }

    /// What another package has, and what the system itself stands on.
    private func isForeign(_ place: String) -> Bool {
        if Places.isShared(place) { return false }
        if Service.ofSystem.contains(place)
            || Service.ofManager.contains(where: {
                Places.isBelow(place, $0)
            })
        {
            return true
        }
        let owners = packages.owners(of: place)
        let isOwn = owners.isEmpty || owners.contains(package ?? "")
        return !isOwn && !isNamedAfterIt(String(place.split(separator: "/").last ?? ""))
    }

    private static let ofSystem: Set<String> = [
        "/", "/bin", "/boot", "/dev", "/efi", "/home", "/lib", "/lib64", "/proc", "/root", "/sbin",
        "/sys", "/usr", "/usr/bin", "/usr/sbin",
    ]
    private static let ofManager = [
        "/etc/systemd", "/run/dbus", "/run/systemd", "/run/udev", "/usr/lib/systemd",
    ]
}

extension String {
    /// As far as names of users go.
    fileprivate var words: Set<Substring> {
        Set(split { !($0.isLetter || $0.isNumber || "_-.".contains($0)) })
    }
}
