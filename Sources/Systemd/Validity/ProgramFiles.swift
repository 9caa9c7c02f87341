import Hardening
import Linux

/// The files of a service's programs: the packages of what its commands start, those of its processes
/// that stay with their packages' libraries, and the plug-ins beside these. What only starts the
/// service may be a script of another package, and what stays may be one tool of many. Of a script's
/// interpreter nothing follows.
struct ProgramFiles {
    /// The names of its programs, without their directories.
    let programs: Set<String>
    private let paths: Set<String>
    private let tree: RootedDirectory

    /// - Parameters:
    ///   - commands: the paths of what its unit starts.
    ///   - running: paths of programs that it was seen to run.
    ///   - staying: the names of its processes that stay.
    init(
        of commands: [String], running: some Sequence<String>, staying: Set<String>,
        in tree: RootedDirectory, _ packages: PackageDatabase
    ) {
        self.tree = tree
        // The kernel keeps 15 bytes of a process's name (proc_pid_comm(5)).
        let stay = running.filter { staying.contains(String(Self.name($0).prefix(15))) }
        let compiled = (commands + stay).filter { !Self.isInterpreter($0) }
        func owners(_ paths: [String]) -> Set<String> {
            Set(paths.filter(compiled.contains).compactMap { packages.owner(of: $0)?.package })
        }
        let own = owners(commands)
        let seen = running.filter {
            packages.owner(of: $0).map { own.contains($0.package) } ?? false
        }
        programs = Set((commands + stay + seen).map(Self.name))
        let libraries = owners(stay).flatMap(packages.files).filter { $0.hasSuffix(".so") }
        let files = own.flatMap(packages.files).filter { file in
            ["/usr/bin/", "/usr/sbin/", "/usr/lib/", "/usr/libexec/", "/bin/", "/sbin/", "/lib/"]
                .contains(where: file.hasPrefix)
        }
        paths = Set(
            compiled + seen + files + libraries
                + Self.plugIns(beside: files + libraries, in: tree))
    }

    /// What they are linked with, and what they take from that.
    var links: (libraries: Set<String>, imports: Set<String>) {
        paths.reduce(into: ([], [])) { links, path in
            guard let file = TreeFile(path, in: tree), let elf = ElfFile(file.bytes) else { return }
            links.0.formUnion(elf.needed)
            links.1.formUnion(elf.imports)
        }
    }

    /// What lies beside a package's own libraries and is loaded by its programs, whoever installed
    /// it; not in directories of everybody's libraries.
    private static func plugIns(beside files: [String], in tree: RootedDirectory) -> [String] {
        let places = files.filter { $0.hasSuffix(".so") }.map { file in
            String(file.dropLast(name(file).count + 1))
        }
        return Set(places).filter { !LinkedLibraries.isShared($0) }.flatMap { place in
            tree.names(in: place).filter { $0.hasSuffix(".so") }
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
}
