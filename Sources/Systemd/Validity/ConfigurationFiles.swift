import Foundation
import Glibc
import Linux
import Trials

/// The files of a tree that configure a service, without asking the service: by the names of
/// places in /etc, by its package's list of conffiles (deb-conffiles(5)) and by its commands.
struct ConfigurationFiles {
    let machine: Machine
    let packages: PackageDatabase
    /// Names of the unit, of its packages, programs and users.
    let names: Set<String>

    /// How much is read at most: somebody's data may lie beside the configuration.
    private static let mostFiles = 1500
    private static let mostBytes = 1 << 18

    /// Each with its text, by its path.
    ///
    /// - Parameters:
    ///   - owners: the packages of the service.
    ///   - arguments: of its commands.
    ///   - home: of the user whose manager runs it; nil for the machine's.
    func texts(
        of owners: Set<String>, arguments: [String], home: String?
    ) -> [(path: String, text: String)] {
        var found: [String: String] = [:]
        for place in places(of: owners, arguments: arguments, home: home).sorted() {
            look(at: place, levels: 4, &found)
        }
        return found.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    private func places(
        of owners: Set<String>, arguments: [String], home: String?
    ) -> Set<String> {
        if let home {
            return Set(
                names.flatMap { name in
                    [".config", ".local/state"].map { "\(home)/\($0)/\(name)" }
                        + ["\(home)/.\(name)"]
                })
        }
        let conffiles = owners.flatMap(packages.conffiles).filter { file in
            // What other programs are told by it lies in their places.
            let top = file.split(separator: "/").prefix(2).joined(separator: "/")
            return packages.owners(of: "/\(top)").isSubset(of: owners)
        }
        let named = ["/etc", "/etc/default"].flatMap { directory in
            machine.tree.names(in: directory).filter(isRelated)
                .map { "\(directory)/\($0)" }
        }
        let told = arguments.flatMap { argument in
            // What begins with "--" is no comment here.
            ConfigurationText("= \(argument)").paths.map(\.text).filter { $0.hasPrefix("/etc/") }
        }
        return Set(conffiles + named + told)
    }

    /// `ssh` is of sshd, `php` of php8.4-fpm, `rsyslog.d` and `rsyslog.conf` of rsyslog; `my` is of
    /// nothing.
    private func isRelated(_ entry: String) -> Bool {
        let stem =
            [".conf", ".d", ".cnf", ".ini"].first(where: entry.hasSuffix)
            .map { String(entry.dropLast($0.count)) } ?? entry
        return names.contains { name in
            guard stem.count > 1, name.hasPrefix(stem) else { return false }
            let rest = name.dropFirst(stem.count)
            return rest.isEmpty || rest.first?.isNumber == true
                || ["d", "-server", "-daemon", "-common", "-core"].contains(rest)
        }
    }

    private func look(at path: String, levels: Int, _ found: inout [String: String]) {
        // Places beside the ones in force: what is chosen of them is linked from there.
        guard found.count < Self.mostFiles, Places.isPlain(path), !path.hasSuffix("-available"),
            ![".dpkg-", ".ucf-", ".bak", ".orig", "~"].contains(where: path.contains)
        else { return }
        if let place = machine.tree.directory(at: path) {
            if levels == 0 { return }
            for name in place.names.sorted().prefix(Self.mostFiles) {
                look(at: "\(path)/\(name)", levels: levels - 1, &found)
            }
        } else if let file = TreeFile(path, in: machine.tree, atMost: Self.mostBytes),
            !file.bytes.contains(0)
        {
            found[path] = file.text
        }
    }
}
