import CSystemd
import Glibc
import Linux
package import Trials

/// The directory with a unit's drop-ins in one of systemd's layers (systemd.unit(5)).
///
/// A user's directory is met as that user would: root must not write where a user's links lead.
package struct DropInDirectory: Sendable {
    package enum Layer: Sendable {
        /// Below /run: gone at the next boot.
        case passing
        /// Below /run, and before a file of the same name in /etc.
        case overriding
        /// In /etc, or in the user's home: stays.
        case lasting
    }

    /// As the machine sees it, such as `/etc/systemd/system/x.service.d`.
    package let path: String
    private let machine: Machine

    /// - Parameter unit: a unit, or a template such as `x@.service`.
    package init(of unit: String, _ layer: Layer, on machine: Machine) {
        self.machine = machine
        path = "\(DropInDirectory.directory(layer, of: machine.user))/\(unit).d"
    }

    private static func directory(_ layer: Layer, of user: UserAccount?) -> String {
        switch (layer, user) {
        case (.passing, nil): "/run/systemd/system"
        case (.overriding, nil): "/run/systemd/system.control"
        case (.lasting, nil): "/etc/systemd/system"
        case (.passing, let user?): "\(user.runtimeDirectory)/systemd/user"
        case (.overriding, let user?): "\(user.runtimeDirectory)/systemd/user.control"
        case (.lasting, let user?): "\(user.home)/.config/systemd/user"
        }
    }

    /// Where systemd looks for it.
    var parent: String { String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) }

    /// Whether it, or what it would be made in, is on a file system that cannot be written to.
    package var isReadOnly: Bool {
        machine.asOwner {
            let place = machine.tree.directory(at: path) ?? machine.tree.directory(at: parent)
            return place?.isReadOnly == true
        }
    }

    package func text(of name: String) -> String? {
        machine.asOwner { machine.tree.directory(at: path)?.text(of: name, followingLink: false) }
    }

    /// Writes a drop-in, whole and synced, mode 0644; directories are made where they are missing.
    package func write(_ text: String, as name: String) throws(ExperimentError) {
        do {
            try machine.placing(at: path) { (place) throws(ExperimentError) in
                try place.write(text, as: name, mode: 0o644)
            }
        } catch {
            throw ExperimentError("in \(path): \(error.description)")
        }
    }

    /// The same in a directory that somebody else makes and takes away: where it is gone, it stays so.
    func writeWhereItIs(_ text: String, as name: String) throws(ExperimentError) {
        try machine.asOwner { () throws(ExperimentError) in
            guard let place = machine.tree.directory(at: path) else {
                throw ExperimentError("\(path) is gone")
            }
            try place.write(text, as: name, mode: 0o644)
        }
    }

    /// Gives a file a second name, so that it can be had back; nothing happens where it is missing.
    func keep(_ name: String, as copy: String) {
        machine.asOwner {
            guard let place = machine.tree.directory(at: path) else { return }
            unlinkat(place.descriptor, copy, 0)
            linkat(place.descriptor, name, place.descriptor, copy, 0)
        }
    }

    /// Takes files away, and then the directory if nothing else is in it.
    package func remove(_ names: String...) {
        machine.asOwner {
            let tree = machine.tree
            guard let place = tree.directory(at: path) else { return }
            for name in names { place.remove(name) }
            place.sync()
            let name = String(path.dropFirst(parent.count + 1))
            tree.directory(at: parent)?.removeDirectory(name)
        }
    }
}

extension Machine {
    /// Meets files as the user whose manager this is, so that what is made is the user's.
    func asOwner<Result, Trouble: Error>(
        _ body: () throws(Trouble) -> Result
    ) throws(Trouble) -> Result {
        guard let user, geteuid() == 0 else { return try body() }
        csystemd_meet_files_as(user.id, user.group)
        defer { csystemd_meet_files_as(0, 0) }
        return try body()
    }

    /// Works in a directory, which is made where it is missing, as the one whose manager this is.
    func placing(
        at path: String, mode: mode_t = 0o755,
        _ body: (RootedDirectory) throws(ExperimentError) -> Void
    ) throws(ExperimentError) {
        try asOwner { () throws(ExperimentError) in
            if let place = tree.directory(at: path) { return try body(place) }
            var (place, step) = (tree, "")
            for name in path.split(separator: "/").map(String.init) {
                step += "/\(name)"
                if let next = tree.directory(at: step) {
                    place = next
                } else {
                    place = try place.makingDirectory(name, mode: mode)
                }
            }
            try body(place)
        }
    }
}
