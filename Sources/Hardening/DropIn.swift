/// The text of a drop-in that takes a unit from one sandbox to a tighter one.
///
/// Lists are where a drop-in can *loosen*: assignments of the same list OR together, and the first
/// assignment of a filter fixes whether it allows or denies. So every list is either emptied
/// first and written as a whole, or only ever extended by denials (`SystemCallFilter=~...`,
/// `NoExecPaths=`), which tighten in both modes.
///
/// Entries that no unit file can say are left out: an exception less is never looser.
public struct DropIn: Hashable, Sendable {
    public let text: String
}

extension HardeningSubject {
    /// The drop-in that puts the unit under `profile`.
    ///
    /// - Parameters:
    ///   - header: comment lines for the top, without `#`.
    ///   - reasons: a further comment for a directive, by its name.
    ///   - startCommands: the unit's own `ExecStartPre=`, as its files have them; what has to be
    ///     done first is put before them.
    ///   - runtimeDirectories: the unit's own `RuntimeDirectory=`.
    ///   - directories: what stands for changes of owners and for exceptions.
    public func dropIn(
        for profile: Profile, header: [String] = [], reasons: [String: String] = [:],
        startCommands: [String] = [], runtimeDirectories: [String] = [],
        directories: ServiceDirectories? = nil
    ) -> DropIn {
        let change = SandboxChange(
            before: sandbox, after: tightened(by: profile, with: directories))
        let calls = CallFilterChange(of: self, taking: profile)
        let fileSystems = fileSystemGroups(deniedBy: profile)
        var sections: [(name: String, effect: String, assignments: [String])] =
            catalogue.directives.filter { !$0.isWrittenElsewhere }.map { directive in
                let assignments =
                    switch directive.bus.copying {
                    case .callFilter: calls.lines
                    case .fileSystems where fileSystems.isEmpty: [String]()
                    case .fileSystems:
                        ["\(directive.name)=~\(fileSystems.joined(separator: " "))"]
                    default: change.assignments(of: directive)
                    }
                return (directive.name, directive.effect, assignments)
            }
        // Places that are open in spite of all.
        sections += Exception.places.map { setting, effect in
            (setting.rawValue, effect, change.additions(to: setting.rawValue))
        }
        let settings = sections.filter { !$0.assignments.isEmpty }.flatMap { section in
            ([section.effect] + [reasons[section.name]].compactMap(\.self))
                .map(UnitFileWord.comment) + section.assignments
        }
        let preparations = profile.startPreparations(in: catalogue)
        let lines =
            header.map(UnitFileWord.comment) + ["[Service]"] + settings + (directories?.lines ?? [])
            + DropIn.runtimeDirectories(of: preparations, besides: runtimeDirectories)
            + DropIn.startCommands(preparations, before: startCommands)
        return DropIn(text: lines.joined(separator: "\n") + "\n")
    }
}

extension DropIn {
    fileprivate static func runtimeDirectories(
        of preparations: [StartPreparation], besides own: [String]
    ) -> [String] {
        let names = preparations.runtimeDirectories.filter { !own.contains($0) }
        guard !names.isEmpty, let mode = preparations.runtimeDirectoryMode else { return [] }
        let isKept = preparations.keepsRuntimeDirectories
        return [
            isKept
                ? "# Its directories below /run are made for it: the rest of /run is not writable."
                : "# Directories below /run are made before each start, for the service's user.",
            "RuntimeDirectory=\(line(names))",
        ] + (own.isEmpty ? ["RuntimeDirectoryMode=0\(String(mode, radix: 8))"] : [])
            + (own.isEmpty && isKept ? ["RuntimeDirectoryPreserve=yes"] : [])
    }

    fileprivate static func startCommands(
        _ preparations: [StartPreparation], before own: [String]
    ) -> [String] {
        let mine = preparations.compactMap { preparation -> String? in
            let words = (preparation.arguments ?? [])
                .map { UnitFileWord.quoted($0, isArgument: true) }
            if words.isEmpty || words.contains(nil) { return nil }
            return "+\(words.compactMap(\.self).joined(separator: " "))"
        }
        if mine.isEmpty { return [] }
        return ["# Files in directories that stay root's are made before each start."]
            + ([""] + mine + own).map { "\(DropInSetting.startCommandsName)=\($0)" }
    }

    /// The entries of a list as one line has them.
    fileprivate static func line(_ names: [String]) -> String {
        names.compactMap { UnitFileWord.quoted($0) }.joined(separator: " ")
    }
}

extension CallFilterChange {
    fileprivate var lines: [String] {
        let name = CallFilterChange.directive
        return (replaces ? ["\(name)="] : [])
            + assignments.map { "\(name)=\($0.allow ? "" : "~")\(DropIn.line($0.names))" }
    }
}

/// What leads from one sandbox to a tighter one, as lines of a unit file.
private struct SandboxChange {
    let before: Sandbox
    let after: Sandbox

    func assignments(of directive: Directive) -> [String] {
        if directive.onlyForbids { return additions(to: directive.name) }
        // Denying addresses or ports is void while the matching allow-list stands.
        return assignment(of: directive.name)
            + (directive.grant.map { assignment(of: $0.rawValue) } ?? [])
    }

    /// What is new in a list. Lists of paths add up, so they are only extended.
    func additions(to name: String) -> [String] {
        let old = before[name].entries
        let entries = DropIn.line(after[name].entries.filter { !old.contains($0) })
        return entries.isEmpty ? [] : ["\(name)=\(entries)"]
    }

    private func assignment(of name: String) -> [String] {
        guard before[name] != after[name] else { return [] }
        guard let value = after[name] else { return ["\(name)="] }
        switch value {
        case .flag(let on): return ["\(name)=\(on ? "yes" : "no")"]
        case .word(let word): return UnitFileWord.bare(word).map { ["\(name)=\($0)"] } ?? []
        case .mode(let mode): return ["\(name)=\(octal(mode))"]
        case .number(let number):
            return ["\(name)=\(value == .kill ? "kill" : ErrorNumber.name(number))"]
        case .mask(let mask): return masked(name, mask)
        case .list(let nodes) where Sandbox.listsDevices(name): return devices(name, nodes)
        case .list(let names): return names.isEmpty ? ["\(name)="] : whole(name, names)
        case .filter(let allow, let names):
            if allow && names.isEmpty { return ["\(name)=", "\(name)=none"] }
            return whole(name, names, mark: allow ? "" : "~")
        case .prefixes(let prefixes): return prefixed(name, prefixes)
        case .ports(let ports): return ["\(name)="] + ports.map { "\(name)=\($0.text)" }
        }
    }

    /// One line for each node: what stands behind the first word is what may be done with it.
    private func devices(_ name: String, _ entries: [String]) -> [String] {
        ["\(name)="]
            + entries.compactMap { entry in
                let end = entry.lastIndex(of: " ") ?? entry.endIndex
                return UnitFileWord.quoted(String(entry[..<end])).map {
                    "\(name)=\($0)\(entry[end...])"
                }
            }
    }

    /// A file mode in four digits, as people write it.
    private func octal(_ mode: UInt32) -> String {
        let digits = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    private func whole(_ name: String, _ names: [String], mark: String = "") -> [String] {
        ["\(name)=", "\(name)=\(mark)\(DropIn.line(names))"]
    }

    private func masked(_ name: String, _ mask: UInt64) -> [String] {
        if Sandbox.masksNamespaces(name) {
            let allowed = NamespaceType.names(in: mask)
            return allowed.isEmpty ? ["\(name)=yes"] : whole(name, allowed)
        }
        // An empty assignment drops every capability; it is also the reset before a shorter list.
        let kept = Capability.names(in: mask)
        return kept.isEmpty ? ["\(name)="] : whole(name, kept)
    }

    private func prefixed(_ name: String, _ prefixes: [AddressPrefix]) -> [String] {
        switch Set(prefixes) {
        case []: ["\(name)="]
        case Set(AddressPrefix.any): ["\(name)=", "\(name)=any"]
        case Set(AddressPrefix.localhost): ["\(name)=", "\(name)=localhost"]
        default: whole(name, prefixes.map(\.text))
        }
    }
}
