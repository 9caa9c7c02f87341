import Glibc
import Linux
import Trials

/// Whose a directory is: a service keeps its state in places of its own, also where nobody saw it
/// write there, and must not be given those of others.
extension Machine {
    /// Where services keep what is theirs (file-hierarchy(7)).
    fileprivate static let homesOfState = [
        "/run", "/srv", "/var/cache", "/var/lib", "/var/log", "/var/spool", "/var/www",
    ]

    /// The directories of this machine that bear one of these names, or that one of these users may
    /// write to as their owner or by the user's own group: what is there for the service to write to.
    ///
    /// - Parameter users: their numbers; root's, to whom everything belongs, says nothing.
    public func ownPlaces(named names: Set<String>, of users: Set<UInt32>) -> Set<String> {
        // nobody(65534) is whoever has no name.
        let users = users.subtracting([0, 65534])
        let groups = Set(accounts.filter { users.contains($0.id) }.map(\.group))
        var search = PlaceSearch(
            names: names, users: users, groups: groups.subtracting([0, 65534]))
        for home in Machine.homesOfState {
            guard let place = tree.directory(at: home) else { continue }
            search.look(into: place, at: home, levels: 3)
        }
        return search.found
    }
}

/// Looks for the directories of a service below those where services keep what is theirs.
private struct PlaceSearch {
    let names: Set<String>
    let users: Set<UInt32>
    let groups: Set<UInt32>
    var found: Set<String> = []
    /// How many directories may still be opened: somebody's data may have millions.
    private var left = 2000

    init(names: Set<String>, users: Set<UInt32>, groups: Set<UInt32>) {
        (self.names, self.users, self.groups) = (names, users, groups)
    }

    /// What is deeper belongs to what is found. A name says something on the first level only: other
    /// packages have directories for the service in theirs.
    mutating func look(
        into place: RootedDirectory, at path: String, levels: Int, isFirst: Bool = true
    ) {
        for name in place.names.sorted() {
            guard let status = place.status(of: name), status.isDirectory else {
                continue
            }
            let own = "\(path)/\(name)"
            let isItsUsers = users.contains(status.user) && status.mode & S_IWUSR != 0
            let isItsGroups = groups.contains(status.group) && status.mode & S_IWGRP != 0
            if isItsUsers || isItsGroups || isFirst && names.contains(name) {
                if Places.isPlain(own) { found.insert(own) }
            } else if levels > 1, left > 0, let inner = place.subdirectory(name) {
                left -= 1
                look(into: inner, at: own, levels: levels - 1, isFirst: false)
            }
        }
    }
}

extension Machine {
    /// The directories one level below /run, with their modes.
    public var runtimeDirectories: [String: UInt32] {
        guard let run = tree.directory(at: "/run") else { return [:] }
        return run.names.reduce(into: [:]) { directories, name in
            guard let mode = run.status(of: name)?.mode, mode & S_IFMT == S_IFDIR,
                Places.isPlain("/\(name)")
            else { return }
            directories[name] = UInt32(mode & 0o7777)
        }
    }

    /// Whether there is a directory of this path.
    public func hasDirectory(_ path: String) -> Bool { tree.directory(at: path) != nil }

    /// Whether there is a file of this path.
    package func hasFile(_ path: String) -> Bool {
        tree.status(of: path, followingLink: true)?.isRegular == true
    }
}

extension Service {
    /// Its `RuntimeDirectory=`, without symbolic links to them.
    public var runtimeDirectories: [String] { blueprint.facts.runtimeDirectories }

    /// Of the directories that it makes below /run, with their modes, those that systemd can make in
    /// its stead, and nobody sees a difference: they bear its name and stay root's, and the unit has
    /// none yet that would be kept or made as these are.
    public func replaceableDirectories(among made: [String: UInt32]) -> Set<String> {
        guard machine.user == nil, runtimeDirectories.isEmpty, Set(made.values).count == 1,
            let run = machine.tree.directory(at: "/run")
        else { return [] }
        return Set(
            made.keys.filter { name in
                guard let status = run.status(of: name) else { return false }
                return status.user == 0 && status.group == 0 && isNamedAfterIt(name)
            })
    }

    /// Of these directories, those that are the service's own.
    ///
    /// - Parameters:
    ///   - own: directories that are known to be.
    ///   - names: that the service's own directories bear.
    public func ownPlaces(
        among places: Set<String>, besides own: Set<String>, named names: Set<String>
    ) -> Set<String> {
        let shipped = Set(package.map(packages.files) ?? [])
        return places.filter { place in
            if own.contains(where: { Places.isBelow(place, $0) }) { return true }
            if Places.isShared(place) { return false }
            return names.contains { place == "/etc/\($0)" }
                || shipped.contains(place)
                    && (Machine.homesOfState + ["/etc"]).contains { Places.isBelow(place, $0) }
        }
    }

    /// Of these directories, the first that is not this service's to be given: one of the system's,
    /// or of another package than the unit's. nil where there is none.
    ///
    /// - Parameter names: that the service's own directories bear.
    public func foreign(_ trees: [String], besides names: Set<String>) -> String? {
        let own = package
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
