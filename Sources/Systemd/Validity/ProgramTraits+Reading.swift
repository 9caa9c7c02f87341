import Foundation
import Glibc
public import Hardening
import Linux
import SystemdBus

extension Service {
    /// What can be read of its programs, its data and its unit.
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
        traits.busName = reading.files.values(of: "BusName").last { !$0.isEmpty }
        traits.programAmongData =
            (["/srv", "/var/www"] + data).lazy
            .compactMap { place in
                machine.tree.directory(at: place)?.program(within: 4).map { "\(place)/\($0)" }
            }.first
        let files = ProgramFiles(
            of: mainCommands.map(\.path), running: running, staying: staying, in: machine.tree,
            packages)
        traits.programs = files.programs
        (traits.libraries, traits.imports) = files.links
        traits.talkingModule =
            files.programs.sorted().lazy
            .compactMap { PAMStack(of: $0, in: machine.tree).talksOnBus }.first
        return traits
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

extension RootedDirectory {
    /// A file below that anybody may run, by its path from here; nil where there is none in so many
    /// levels.
    fileprivate func program(within levels: Int) -> String? {
        for name in names.sorted().prefix(500) {
            guard let mode = status(of: name)?.mode else { continue }
            if mode & S_IFMT == S_IFREG, mode & S_IXOTH != 0 { return name }
            if mode & S_IFMT == S_IFDIR, levels > 1,
                let found = subdirectory(name)?.program(within: levels - 1)
            {
                return "\(name)/\(found)"
            }
        }
        return nil
    }
}
