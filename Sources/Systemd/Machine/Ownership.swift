import Foundation
import Glibc
public import Hardening
import Linux
public import Trials

/// Files of a machine that are to belong to a user, so that a service can run as that user: the
/// changes that an administrator would make, made on a machine that is thrown away.
public struct Ownership: Hashable, Sendable {
    public let user: String
    /// How there comes to be that user; nil where it exists.
    public let newUser: NewUser?
    /// Trees that change hands as a whole.
    public private(set) var trees: [String]
    /// Files in directories that stay root's; they are made where they do not exist. Those in /run
    /// are not among them: they are made before each start.
    public let files: [String]

    /// - Parameter usage: what of the service is the user's from then on: the directories that hold
    ///   what it writes, without those that are made for it below /run, and the files.
    public init(user: String, _ usage: Usage) {
        self.user = user
        newUser = usage.newUser
        let made = Set((usage.runtimeDirectories ?? [:]).keys.map { "/run/\($0)" })
        trees = usage.written.filter { !Places.isShared($0) && !made.contains($0) }.sorted()
        files = usage.files.filter { file in
            let directory = Places.directory(of: file)
            return Places.isShared(directory) && usage.written.contains(directory)
                && !file.hasPrefix("/run/")
        }.sorted()
    }

    /// The same without what systemd does at each start.
    public func beside(_ directories: ServiceDirectories?) -> Ownership {
        guard let directories else { return self }
        var other = self
        other.trees.removeAll(where: directories.holds)
        return other
    }

    /// The commands that do it, for people.
    public var commands: [String] {
        let makingUser = newUser == .system ? [sysusers] : []
        let user = user.shellQuoted
        return makingUser + trees.map { "chown -R \(user) \($0.shellQuoted)" }
            + files.map(\.shellQuoted).map { "touch \($0) && chown \(user) \($0)" }
    }

    /// Has systemd-sysusers(8) make the user, now and wherever these files come.
    private var sysusers: String {
        let file = "/etc/sysusers.d/\(user).conf".shellQuoted
        let line = "u \(user) - \"runs \(user).service\" /".shellQuoted
        return "mkdir -p /etc/sysusers.d && echo \(line) >\(file) && systemd-sysusers \(file)"
    }

    /// Whether nothing has to be done before the service can be that user.
    public var isEmpty: Bool { newUser != .system && trees.isEmpty && files.isEmpty }
}

extension Machine {
    /// Makes the changes; what undoes them.
    ///
    /// - Throws: `ExperimentError` when the user does not exist or a file cannot be changed.
    public func apply(_ ownership: Ownership) throws(ExperimentError) -> OwnershipUndo {
        var undo = OwnershipUndo()
        if ownership.isEmpty, ownership.newUser == .dynamic { return undo }
        do throws(ExperimentError) {
            if ownership.newUser == .system { try addAccount(ownership.user, &undo) }
            guard let user = account(named: ownership.user) else {
                throw ExperimentError(
                    "there is no user \(ownership.user) on the service's machine")
            }
            for file in ownership.files {
                guard let (place, name) = tree.holding(file) else { continue }
                if place.makeFile(name) { undo.made.append((place, name)) }
                try undo.give(name, in: place, to: user.id)
            }
            for tree in ownership.trees {
                guard let (place, name) = self.tree.holding(tree) else { continue }
                try undo.giveTree(name, in: place, to: user.id)
            }
        } catch {
            undo.run()
            throw error
        }
        return undo
    }

    /// Adds a user of the system's with a group of the same name, where there is none: what
    /// systemd-sysusers(8) does, without running a program of the machine.
    private func addAccount(
        _ name: String, _ undo: inout OwnershipUndo
    ) throws(ExperimentError) {
        if account(named: name) != nil { return }
        let taken = Set(accounts.flatMap { [$0.id, $0.group] } + groups.map(\.id))
        guard let id = UserAccount.ofSystem.reversed().first(where: { !taken.contains($0) }),
            let (place, _) = tree.holding("/etc/passwd")
        else { throw ExperimentError("there is no number left for a user \(name)") }
        for (file, line) in [
            ("group", "\(name):x:\(id):"), ("passwd", "\(name):x:\(id):\(id)::/:/usr/sbin/nologin"),
        ] {
            let text = text(ofFile: "/etc/\(file)") ?? ""
            try place.write(text + line + "\n", as: file, mode: 0o644, keepingOwner: true)
            undo.accounts.append((place, file, line))
        }
    }
}

/// Puts owners back.
public struct OwnershipUndo: Sendable {
    private var owners:
        [(place: RootedDirectory, name: String, user: uid_t, group: gid_t, mode: mode_t)] = []
    fileprivate var made: [(place: RootedDirectory, name: String)] = []
    /// Lines that were added to files of /etc.
    fileprivate var accounts: [(place: RootedDirectory, file: String, line: String)] = []

    /// Whether nothing was changed: all belonged to the user before.
    public var isEmpty: Bool { owners.isEmpty && made.isEmpty && accounts.isEmpty }

    public func run() {
        for (place, name, user, group, mode) in owners {
            _ = place.give(name, to: user, group)
            // A change of owner takes set-user-ID bits away.
            if mode & S_IFMT != S_IFLNK { place.setMode(mode, of: name) }
        }
        for (place, name) in made { place.remove(name) }
        for (place, file, line) in accounts {
            guard let text = place.text(of: file) else { continue }
            let kept = text.split(separator: "\n", omittingEmptySubsequences: false)
                .filter { $0 != line }.joined(separator: "\n")
            try? place.write(kept, as: file, mode: 0o644, keepingOwner: true)
        }
    }

    /// The owner only: a group keeps what it has.
    fileprivate mutating func give(
        _ name: String, in place: RootedDirectory, to user: uid_t
    ) throws(ExperimentError) {
        guard let status = place.status(of: name), status.user != user else { return }
        guard place.give(name, to: user, status.group) else {
            throw ExperimentError(
                "cannot change the owner of \(name): \(Errno.current)")
        }
        owners.append((place, name, status.user, status.group, status.mode))
    }

    fileprivate mutating func giveTree(
        _ name: String, in place: RootedDirectory, to user: uid_t
    ) throws(ExperimentError) {
        try give(name, in: place, to: user)
        guard let directory = place.subdirectory(name) else { return }
        for name in directory.names { try giveTree(name, in: directory, to: user) }
    }
}
