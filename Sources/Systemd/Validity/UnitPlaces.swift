import Foundation
import Linux

/// Where the files of a unit are in a tree, without asking its systemd (systemd.unit(5)): so that
/// what did not change is seen without a lab. What is in /run no lab has.
struct UnitPlaces {
    let tree: RootedDirectory
    /// Whose manager the unit belongs to; nil for the machine's.
    var account: UserAccount?

    /// What comes first wins.
    private var directories: [String] {
        guard let home = account?.home else {
            return [
                "/etc/systemd/system", "/usr/local/lib/systemd/system",
                "/usr/lib/systemd/system", "/lib/systemd/system",
            ]
        }
        return [
            "\(home)/.config/systemd/user", "/etc/xdg/systemd/user", "/etc/systemd/user",
            "\(home)/.local/share/systemd/user", "/usr/local/share/systemd/user",
            "/usr/share/systemd/user", "/usr/local/lib/systemd/user", "/usr/lib/systemd/user",
        ]
    }

    /// The fragment and the drop-ins of a unit but those of Temper, with what is in them.
    func files(of unit: String) -> [String: Data] {
        all(of: unit).filter { !TemperDropIn.isOurs($0.key, $0.value) }
    }

    /// The drop-ins that Temper wrote.
    func ours(of unit: String) -> [String] {
        all(of: unit).filter { TemperDropIn.isOurs($0.key, $0.value) }.keys.sorted()
    }

    private func all(of unit: String) -> [String: Data] {
        var found: [String: Data] = [:]
        let directories = directories
        let names = [unit] + template(of: unit)
        for name in names {
            let fragment = directories.lazy.map { "\($0)/\(name)" }.compactMap { path in
                bytes(at: path).map { (path, $0) }
            }.first
            guard let (path, bytes) = fragment else { continue }
            found[path] = bytes
            break
        }
        for directory in directories {
            for name in (names + prefixes(of: unit)).map({ "\($0).d" }) + ["service.d"] {
                let place = "\(directory)/\(name)"
                for entry in tree.names(in: place) where entry.hasSuffix(".conf") {
                    found["\(place)/\(entry)"] = bytes(at: "\(place)/\(entry)")
                }
            }
        }
        // /lib is a link to /usr/lib nearly everywhere: one file must not count twice.
        for path in found.keys where path.hasPrefix("/lib/") && found["/usr" + path] != nil {
            found[path] = nil
        }
        return found
    }

    /// What is longer is no unit's file: a user's own places hold what the user likes.
    private func bytes(at path: String) -> Data? {
        TreeFile(path, in: tree, atMost: 1 << 20)?.bytes
    }

    /// `x@.service` for `x@y.service`.
    private func template(of unit: String) -> [String] {
        guard let at = unit.firstIndex(of: "@") else { return [] }
        return ["\(unit[...at]).service"]
    }

    /// `a-.service` for `a-b.service`: drop-ins for all units whose names begin so.
    private func prefixes(of unit: String) -> [String] {
        let stem = unit.prefix { $0 != "@" && $0 != "." }
        return stem.indices.filter { stem[$0] == "-" }.map { "\(stem[...$0]).service" }
    }
}

/// Drop-ins that Temper itself wrote: they are what is checked, not what it is checked against.
enum TemperDropIn {
    /// By what `--apply` calls them, or by what their head says.
    static func isOurs(_ path: String, _ bytes: Data) -> Bool {
        if path.hasSuffix("/50-temper.conf") { return true }
        let text = String(decoding: bytes, as: UTF8.self)
        let head = text.split(separator: "\n").prefix { $0.hasPrefix("#") }
        return head.contains { $0.contains(", hardened by temper ") }
            || text.contains("[X-Temper-Record]")
    }
}
