import Foundation
import Glibc
public import Hardening
import SystemdBus

extension Service {
    /// What can be read of its programs: those that its commands name and those of its processes
    /// that stay, their packages, and the plug-ins in directories of these. What only starts the
    /// service may be a script of another package. Of a script's interpreter nothing follows.
    ///
    /// - Parameters:
    ///   - running: paths of programs that it was seen to run.
    ///   - staying: the names of its processes that stay.
    ///   - data: directories of the service's own.
    public func traits(
        running: some Sequence<String>, staying: Set<String>, data: some Sequence<String>
    ) -> ProgramTraits {
        var traits = ProgramTraits()
        traits.declined = declinedDirectives
        traits.programAmongData =
            (["/srv", "/var/www"] + data).lazy
            .compactMap { place in
                PlaceInRoot(place, of: machine)?.program(within: 4).map { "\(place)/\($0)" }
            }.first
        let commands = (reading["ExecStartEx"]?.elements ?? []).compactMap(\.command?.path)
        // The kernel keeps 15 bytes of a process's name (proc_pid_comm(5)).
        let main = commands + running.filter { staying.contains(String(Self.name($0).prefix(15))) }
        let compiled = main.filter { !Self.isInterpreter($0) }
        let own = Set(compiled.compactMap { packages.owner(of: $0)?.package })
        let seen = running.filter {
            packages.owner(of: $0).map { own.contains($0.package) } ?? false
        }
        traits.programs = Set((main + seen).map(Self.name))
        let files = own.flatMap(packages.files).filter { file in
            ["/usr/bin/", "/usr/sbin/", "/usr/lib/", "/usr/libexec/", "/bin/", "/sbin/", "/lib/"]
                .contains(where: file.hasPrefix)
        }
        for path in Set(compiled + seen + files + plugIns(beside: files)) {
            guard let file = TreeFile(path, in: machine.root), let elf = ElfFile(file.bytes) else {
                continue
            }
            traits.libraries.formUnion(elf.needed)
            traits.imports.formUnion(elf.imports)
        }
        return traits
    }

    /// What lies beside a package's own libraries and is loaded by its programs, whoever installed
    /// it; not in directories of everybody's libraries.
    private func plugIns(beside files: [String]) -> [String] {
        let places = files.filter { $0.hasSuffix(".so") }.map { file in
            String(file.dropLast(Self.name(file).count + 1))
        }
        return Set(places).filter { !LinkedLibraries.isShared($0) }.flatMap { place in
            (PlaceInRoot(place, of: machine)?.names ?? []).filter { $0.hasSuffix(".so") }
                .map { "\(place)/\($0)" }
        }
    }

    private static func name(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }

    private static func isInterpreter(_ path: String) -> Bool {
        let stem = String(name(path).prefix { $0.isLetter })
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
