import Glibc
import Trials

/// Whose a directory is: a service keeps its state in places of its own, also where nobody saw it
/// write there, and must not be given those of others.
extension Machine {
    /// Where services keep what is theirs, one level below (file-hierarchy(7)).
    fileprivate static let homesOfState = [
        "/run", "/srv", "/var/cache", "/var/lib", "/var/log", "/var/spool", "/var/www",
    ]

    /// The directories of this machine that bear one of these names, or belong to one of these
    /// users, who may write there: what is there for the service to write to.
    ///
    /// - Parameter users: their numbers; root's, to whom everything belongs, says nothing.
    public func ownPlaces(named names: Set<String>, of users: Set<UInt32>) -> Set<String> {
        // nobody(65534) is whoever has no name.
        let users = users.subtracting([0, 65534])
        var found: Set<String> = []
        for home in Machine.homesOfState {
            guard let place = PlaceInRoot(home, of: self) else { continue }
            for name in place.names {
                guard let status = place.status(of: name), status.mode & S_IFMT == S_IFDIR else {
                    continue
                }
                let isItsUsers = users.contains(status.user) && status.mode & S_IWUSR != 0
                let path = "\(home)/\(name)"
                if names.contains(name) || isItsUsers, Places.isPlain(path) {
                    found.insert(path)
                }
            }
        }
        return found
    }
}

extension Machine {
    /// The directories one level below /run, with their modes.
    public var runtimeDirectories: [String: UInt32] {
        guard let run = PlaceInRoot("/run", of: self) else { return [:] }
        return run.names.reduce(into: [:]) { directories, name in
            guard let mode = run.status(of: name)?.mode, mode & S_IFMT == S_IFDIR,
                Places.isPlain("/\(name)")
            else { return }
            directories[name] = UInt32(mode & 0o7777)
        }
    }

    /// Whether there is a directory of this path.
    public func hasDirectory(_ path: String) -> Bool { PlaceInRoot(path, of: self) != nil }
}

extension Service {
    /// Its `RuntimeDirectory=`, without symbolic links to them.
    public var runtimeDirectories: [String] { blueprint.facts.runtimeDirectories }

    /// Of these directories, the first that is not this service's to be given: one of the system's,
    /// or of another package than the unit's. nil where there is none.
    ///
    /// - Parameter names: that the service's own directories bear.
    public func foreign(_ trees: [String], besides names: Set<String>) -> String? {
        let packages = PackageDatabase(root: machine.root)
        let own = unitFiles.first.flatMap { packages.owner(of: $0.path)?.package }
        return trees.first { tree in
            guard Machine.homesOfState.contains(where: { Places.isBelow(tree, $0) }) else {
                return true
            }
            let name = tree.split(separator: "/").last.map(String.init) ?? ""
            guard !names.contains(name), let owner = packages.owner(of: tree)?.package else {
                return false
            }
            return owner != own
        }
    }
}
