import Foundation
import Glibc
public import Hardening
import SystemdBus

extension Service {
    /// What can be read of its programs: those that its commands name and those that were seen to
    /// run, as far as they are of one package with the first, and the rest of that package. Of a
    /// script's interpreter nothing follows.
    ///
    /// - Parameters:
    ///   - running: paths of programs that it was seen to run.
    ///   - data: directories of the service's own.
    public func traits(
        running: some Sequence<String>, data: some Sequence<String>
    ) -> ProgramTraits {
        var traits = ProgramTraits()
        traits.declined = declinedDirectives
        traits.programAmongData =
            (["/srv", "/var/www"] + data).lazy
            .compactMap { place in
                PlaceInRoot(place, of: machine)?.program(within: 4).map { "\(place)/\($0)" }
            }.first
        let commands = (reading["ExecStartEx"]?.elements ?? []).compactMap(\.command?.path)
        let own = Set(commands.compactMap { packages.owner(of: $0)?.package })
        let seen = running.filter {
            packages.owner(of: $0).map { own.contains($0.package) } ?? false
        }
        let files = own.flatMap(packages.files).filter { file in
            ["/usr/bin/", "/usr/sbin/", "/usr/lib/", "/usr/libexec/", "/bin/", "/sbin/", "/lib/"]
                .contains(where: file.hasPrefix)
        }
        for path in Set(commands + seen) {
            traits.programs.insert(path.split(separator: "/").last.map(String.init) ?? path)
        }
        if traits.programs.contains(where: Self.isInterpreter) { return traits }
        for path in Set(commands + seen + files) {
            guard let file = TreeFile(path, in: machine.root), let elf = ElfFile(file.bytes) else {
                continue
            }
            traits.libraries.formUnion(elf.needed)
            if elf.isProgram { traits.imports.formUnion(elf.imports) }
        }
        return traits
    }

    private static func isInterpreter(_ name: String) -> Bool {
        let stem = String(name.prefix { $0.isLetter })
        return ShellScript.shells.contains(stem)
            || ["python", "perl", "ruby", "node", "nodejs", "java", "env"].contains(stem)
    }

    /// Those that the unit sets to "no" or the like, with that word.
    private var declinedDirectives: [String: String] {
        Catalogue.standard.directives.reduce(into: [:]) { declined, directive in
            guard let value = reading.files.values(of: directive.name).last,
                ["no", "false", "off", "0", "n", "f"].contains(value.lowercased())
            else { return }
            declined[directive.name] = value
        }
    }
}

extension PlaceInRoot {
    /// A file below that anybody may run, by its path from here; nil where there is none in so many
    /// levels.
    fileprivate func program(within levels: Int) -> String? {
        for name in names.sorted().prefix(500) {
            guard let mode = status(of: name)?.mode else { continue }
            if mode & S_IFMT == S_IFREG, mode & S_IXOTH != 0 { return name }
            if mode & S_IFMT == S_IFDIR, levels > 1,
                let found = directory(name)?.program(within: levels - 1)
            {
                return "\(name)/\(found)"
            }
        }
        return nil
    }
}
