import Foundation

/// Where the files of a system unit are in a tree, without asking its systemd (systemd.unit(5)):
/// so that what did not change is seen without a lab. What is in /run no lab has.
struct UnitPlaces {
    let root: String

    private static let directories = [
        "/etc/systemd/system", "/usr/local/lib/systemd/system",
        "/usr/lib/systemd/system", "/lib/systemd/system",
    ]

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
        let names = [unit] + template(of: unit)
        for name in names {
            guard
                let path = Self.directories.map({ "\($0)/\(name)" }).first(where: {
                    TreeFile($0, in: root) != nil
                }), let file = TreeFile(path, in: root)
            else { continue }
            found[path] = file.bytes
            break
        }
        for directory in Self.directories {
            for name in (names + prefixes(of: unit)).map({ "\($0).d" }) + ["service.d"] {
                let place = "\(directory)/\(name)"
                let entries =
                    (try? FileManager.default.contentsOfDirectory(atPath: root + place)) ?? []
                for entry in entries where entry.hasSuffix(".conf") {
                    if let file = TreeFile("\(place)/\(entry)", in: root) {
                        found["\(place)/\(entry)"] = file.bytes
                    }
                }
            }
        }
        // /lib is a link to /usr/lib nearly everywhere: one file must not count twice.
        for path in found.keys where path.hasPrefix("/lib/") && found["/usr" + path] != nil {
            found[path] = nil
        }
        return found
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
