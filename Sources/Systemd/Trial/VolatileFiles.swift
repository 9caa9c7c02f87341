import Glibc
import Linux

/// What is below /run of a machine that is thrown away, so that what a copy left there can be taken
/// away again: a pid file that names process 1 of a namespace of its own holds up every start that
/// follows, and one trial must not decide the next.
struct VolatileFiles: Sendable {
    private let place: RootedDirectory
    /// By their paths below the place, with what those hold that hold a number; nil for the others.
    private let before: [String: [UInt8]?]

    /// What is there now.
    ///
    /// - Parameter user: whose manager it is; nil for the machine's.
    init?(on machine: Machine) {
        let path = machine.user.map { "/run/user/\($0.id)" } ?? "/run"
        guard machine.isDisposable, let place = machine.tree.directory(at: path) else { return nil }
        self.place = place
        before = place.files(except: Self.ofOthers, levels: Self.levels)
    }

    /// What systemd, its like and the bus keep there while copies come and go.
    private static let ofOthers: Set = [
        "credentials", "dbus", "dbus-1", "host", "initctl", "log", "mount", "netns", "systemd",
        "udev", "user",
    ]
    private static let levels = 4

    /// Takes away files and sockets that were not there, and has those that hold a number hold the
    /// one of before. Directories stay: who makes them can do with one that is there.
    func putBack() {
        for (path, text) in place.files(except: Self.ofOthers, levels: Self.levels) {
            guard let (directory, name) = place.holding("/" + path) else { continue }
            switch (before[path], text) {
            case (nil, _): directory.remove(name)
            case (let old??, let new) where old != new:
                // Nobody may be there to be told of a failure; the next start meets the file.
                try? directory.write(old, as: name, mode: 0o644, keepingOwner: true)
            default: break
            }
        }
    }
}

extension RootedDirectory {
    /// So many are looked at, in the order of their names.
    private static let most = 300

    /// The regular files and sockets below, by their paths from here, with the text of those that
    /// hold nothing but a number.
    ///
    /// - Parameter others: names that are passed over here, not below.
    fileprivate func files(except others: Set<String> = [], levels: Int) -> [String: [UInt8]?] {
        var files: [String: [UInt8]?] = [:]
        for name in names.sorted().prefix(Self.most) where !others.contains(name) {
            guard let status = status(of: name) else { continue }
            if status.isDirectory {
                guard levels > 1, let below = subdirectory(name) else { continue }
                for (path, text) in below.files(levels: levels - 1) {
                    files["\(name)/\(path)"] = text
                }
            } else if status.isRegular || status.mode & S_IFMT == S_IFSOCK {
                files[name] = .some(status.isRegular ? number(in: name, of: status.size) : nil)
            }
        }
        return files
    }

    /// What a file holds where that is a number, as in a pid file; empty ones among them, which
    /// somebody is about to fill.
    private func number(in name: String, of size: Int64) -> [UInt8]? {
        guard size <= 16, let bytes = bytes(of: name, first: 16, followingLink: false) else {
            return nil
        }
        let blanks: Set = [UInt8(ascii: "\n"), UInt8(ascii: " ")]
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        return bytes.allSatisfy { digits.contains($0) || blanks.contains($0) } ? bytes : nil
    }
}
