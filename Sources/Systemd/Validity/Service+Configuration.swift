import Foundation
import Glibc
public import Hardening
import Linux
import SystemdBus
public import Trials

/// What the files that configure a service, its package and its programs say of what it uses.
public struct ServiceConfiguration: Sendable {
    /// Of the machine, in the order of what names them.
    public var places: [NamedPlace] = []
    /// Users that are there, with where they are named.
    public var users: [(id: UInt32, name: String, namedBy: String)] = []
    /// Commands that are there, with where they are first named.
    public var commands: [String: String] = [:]

    /// That it can still become the users whom it is told to be and was not seen as.
    public func wishes(notSeen seen: Set<UInt32>) -> [Wish] {
        guard seen.contains(0), let user = users.first(where: { !seen.contains($0.id) }) else {
            return []
        }
        return [
            Wish(
                user.namedBy.contains("/sysusers.d/") ? .package : .configuration,
                for: .anotherUser,
                because: "\(user.namedBy) names the user \(user.name), whom no process was seen as",
                settledBy: "a probe for which it becomes that user", isOfRoot: true)
        ]
    }
}

extension Service {
    /// Reads what configures it.
    ///
    /// - Parameters:
    ///   - names: of its processes and its users.
    ///   - running: paths of programs that it was seen to run.
    public func configuration(
        named names: Set<String>, running: some Sequence<String>
    ) -> ServiceConfiguration {
        let programs = mainCommands.map(\.path)
        let owners = Set(
            (programs + unitFiles.prefix(1).map(\.path)).compactMap {
                packages.owner(of: $0)?.package
            })
        let files = ConfigurationFiles(
            machine: machine, packages: packages,
            names: names.union(owners).union([stem]).union(
                programs.compactMap { $0.split(separator: "/").last.map(String.init) }))
        let texts = files.texts(
            of: owners, arguments: mainCommands.flatMap { $0.arguments.dropFirst() },
            home: machine.user?.home)
        var found = ServiceConfiguration()
        let accounts = Dictionary(machine.accounts.map { ($0.name, $0.id) }) { first, _ in first }
        for (path, text) in texts { read(text, at: path, accounts, &found) }
        let seen = running.filter {
            packages.owner(of: $0).map { owners.contains($0.package) } ?? false
        }
        found.places += Set(programs + seen).sorted().flatMap(placesCompiledIn)
        for file in owners.flatMap(packages.files).sorted() {
            if file.contains("/tmpfiles.d/") { found.places += declaredPlaces(in: file, accounts) }
            if file.contains("/sysusers.d/") { found.users += declaredUsers(in: file, accounts) }
        }
        return found
    }

    private func read(
        _ text: String, at file: String, _ accounts: [String: UInt32],
        _ found: inout ServiceConfiguration
    ) {
        let text = ConfigurationText(
            text, home: machine.user?.home, commands: ProgramKind.commandNames)
        found.places += text.paths.compactMap { named in
            machine.namedPlace(named.text, namedBy: "\(file):\(named.line)", .configuration)
        }
        for named in text.users {
            guard let id = accounts[named.text], id != 0 else { continue }
            found.users.append((id, named.text, "\(file):\(named.line)"))
        }
        for named in text.commands
        where found.commands[named.text] == nil && machine.hasCommand(named.text) {
            found.commands[named.text] = "\(file):\(named.line)"
        }
    }

    /// Directories for anybody, or for groups, that a program knows by itself.
    private func placesCompiledIn(_ program: String) -> [NamedPlace] {
        guard let file = TreeFile(program, in: machine.tree), ElfFile(file.bytes) != nil else {
            return []
        }
        return file.paths(below: ["/var/", "/run/", "/srv/"]).compactMap { path in
            machine.namedPlace(path, namedBy: program, .program)
        }.filter { $0.kind == .directory && $0.mode & 0o022 != 0 }
    }

    /// Lines of tmpfiles.d(5) for directories: type, path, mode, user, group.
    private func declaredPlaces(
        in file: String, _ accounts: [String: UInt32]
    ) -> [NamedPlace] {
        fields(of: file).compactMap { line, fields in
            guard fields.count > 3, let kind = fields[0].first, "dDvqQ".contains(kind) else {
                return nil
            }
            let owner = UInt32(fields[3]) ?? accounts[fields[3]] ?? 0
            return NamedPlace(
                Places.resolved(fields[1]), namedBy: "\(file):\(line)", .package,
                kind: .directory, owner: owner, mode: 0o700)
        }
    }

    /// Lines of sysusers.d(5) for users: type, name...
    private func declaredUsers(
        in file: String, _ accounts: [String: UInt32]
    ) -> [(id: UInt32, name: String, namedBy: String)] {
        fields(of: file).compactMap { line, fields in
            guard fields.count > 1, fields[0].first == "u", let id = accounts[fields[1]], id != 0
            else { return nil }
            return (id, fields[1], "\(file):\(line)")
        }
    }

    private func fields(of file: String) -> [(line: Int, fields: [String])] {
        (machine.text(ofFile: file) ?? "").split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated().filter { !$0.element.hasPrefix("#") }
            .map {
                ($0.offset + 1, $0.element.split(whereSeparator: \.isWhitespace).map(String.init))
            }
    }
}

extension Machine {
    /// Whether a command of this name is where commands are.
    fileprivate func hasCommand(_ name: String) -> Bool {
        ["/usr/sbin", "/usr/bin", "/sbin", "/bin"].contains { directory in
            missing(["\(directory)/\(name)"]).isEmpty
        }
    }

    /// What is at a path; nil where neither it nor its directory is there.
    func namedPlace(_ path: String, namedBy: String, _ source: Contest.Source) -> NamedPlace? {
        let path = Places.resolved(path)
        guard let (place, name) = tree.holding(path) else { return nil }
        guard let status = place.status(of: name) else {
            guard let parent = place.status(of: ".") else { return nil }
            return NamedPlace(
                path, namedBy: namedBy, source, kind: .missing, owner: parent.user,
                group: parent.group, mode: UInt32(parent.mode & 0o7777))
        }
        let kind: NamedPlace.Kind
        switch status.mode & S_IFMT {
        case S_IFDIR: kind = .directory
        case S_IFREG: kind = status.mode & S_IXOTH != 0 ? .program : .file
        case S_IFSOCK: kind = .socket
        case S_IFCHR, S_IFBLK: kind = .device
        // Where a link leads to is named there.
        default: return nil
        }
        return NamedPlace(
            path, namedBy: namedBy, source, kind: kind, owner: status.user, group: status.group,
            mode: UInt32(status.mode & 0o7777))
    }

    /// The users of a service and their own groups.
    public func serviceUsers(_ users: Set<UInt32>) -> ServiceUsers {
        ServiceUsers(users, groups: Set(accounts.filter { users.contains($0.id) }.map(\.group)))
    }
}

extension TreeFile {
    /// The texts in it, each with a NUL before and behind it, that are paths below these places.
    fileprivate func paths(below places: [String]) -> Set<String> {
        var found: Set<String> = []
        for place in places {
            let wanted = Data([0] + place.utf8)
            var from = bytes.startIndex
            while let hit = bytes.range(of: wanted, in: from..<bytes.endIndex) {
                from = hit.upperBound
                let rest = bytes[(hit.lowerBound + 1)...].prefix(256).prefix { $0 != 0 }
                let path = String(decoding: rest, as: UTF8.self)
                if rest.count < 256, Places.isPlain(path) { found.insert(path) }
            }
        }
        return found
    }
}
