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

    /// - Parameters:
    ///   - header: comment lines for the top, without `#`.
    ///   - reasons: a further comment for a directive, by its name.
    ///   - startCommands: the unit's own `ExecStartPre=`, as its files have them; what has to be
    ///     done first is put before them.
    public init(
        from before: Sandbox, taking profile: Profile, in catalogue: Catalogue, dialect: Dialect,
        header: [String] = [], reasons: [String: String] = [:], startCommands: [String] = []
    ) {
        let after = before.tightened(by: profile, in: catalogue, dialect: dialect)
        let calls = CallFilterChange(from: before, taking: profile, in: catalogue, dialect: dialect)
        let fileSystems = before.fileSystemGroups(
            deniedBy: profile, in: catalogue, dialect: dialect)
        var lines = header.map(UnitFileWord.comment)
        lines.append("[Service]")
        for directive in catalogue.directives where !directive.isWrittenElsewhere {
            let assignments: [String] =
                switch directive.bus.copying {
                case .callFilter: DropIn.callFilter(directive.name, calls)
                case .fileSystems where fileSystems.isEmpty: []
                case .fileSystems: ["\(directive.name)=~\(fileSystems.joined(separator: " "))"]
                default: DropIn.assignments(directive, before: before, after: after)
                }
            if assignments.isEmpty { continue }
            lines.append(UnitFileWord.comment(directive.effect))
            lines += DropIn.comment(reasons[directive.name])
            lines += assignments
        }
        lines += DropIn.places(before: before, after: after, reasons: reasons)
        let preparations = profile.startPreparations(in: catalogue)
        if !preparations.isEmpty {
            lines += ["# Files in directories that stay root's are made before each start."]
            lines += ["ExecStartPre="]
            lines += preparations.compactMap { preparation in
                let words = preparation.arguments.map {
                    UnitFileWord.quoted($0, isArgument: true)
                }
                if words.contains(nil) { return nil }
                return "ExecStartPre=+\(words.compactMap { $0 }.joined(separator: " "))"
            }
            lines += startCommands.map { "ExecStartPre=\($0)" }
        }
        text = lines.joined(separator: "\n") + "\n"
    }

    private static func comment(_ reason: String?) -> [String] {
        reason.map { [UnitFileWord.comment($0)] } ?? []
    }

    /// The entries of a list as one line has them.
    private static func line(_ names: [String]) -> String {
        names.compactMap { UnitFileWord.quoted($0) }.joined(separator: " ")
    }

    private static func assignments(
        _ directive: Directive, before: Sandbox, after: Sandbox
    ) -> [String] {
        let name = directive.name
        if directive.onlyForbids {
            let new = after.list(named: name).filter { !before.list(named: name).contains($0) }
            let entries = line(new)
            return entries.isEmpty ? [] : ["\(name)=\(entries)"]
        }
        var lines = assignment(name, before: before, after: after)
        // Denying addresses or ports is void while the matching allow-list stands.
        if let grant = directive.grant {
            lines += assignment(grant.rawValue, before: before, after: after)
        }
        return lines
    }

    /// Places that are open in spite of all, or closed once more. Lists of them add up, so they
    /// are only extended.
    private static func places(
        before: Sandbox, after: Sandbox, reasons: [String: String]
    ) -> [String] {
        (Exception.places + [Exception.closed]).flatMap { setting, effect in
            let name = setting.rawValue
            let new = after.list(named: name).filter { !before.list(named: name).contains($0) }
            let entries = line(new)
            if entries.isEmpty { return [String]() }
            return [UnitFileWord.comment(effect)] + comment(reasons[name]) + ["\(name)=\(entries)"]
        }
    }

    private static func assignment(
        _ name: String, before: Sandbox, after: Sandbox
    ) -> [String] {
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
    private static func devices(_ name: String, _ entries: [String]) -> [String] {
        ["\(name)="]
            + entries.compactMap { entry in
                let end = entry.lastIndex(of: " ") ?? entry.endIndex
                return UnitFileWord.quoted(String(entry[..<end])).map {
                    "\(name)=\($0)\(entry[end...])"
                }
            }
    }

    /// A file mode in four digits, as people write it.
    private static func octal(_ mode: UInt32) -> String {
        let digits = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    private static func whole(_ name: String, _ names: [String], mark: String = "") -> [String] {
        ["\(name)=", "\(name)=\(mark)\(line(names))"]
    }

    private static func masked(_ name: String, _ mask: UInt64) -> [String] {
        if Sandbox.masksNamespaces(name) {
            let allowed = NamespaceType.names(in: mask)
            return allowed.isEmpty ? ["\(name)=yes"] : whole(name, allowed)
        }
        // An empty assignment drops every capability; it is also the reset before a shorter list.
        let kept = Capability.names(in: mask)
        return kept.isEmpty ? ["\(name)="] : whole(name, kept)
    }

    private static func prefixed(_ name: String, _ prefixes: [AddressPrefix]) -> [String] {
        switch Set(prefixes) {
        case []: ["\(name)="]
        case Set(AddressPrefix.any): ["\(name)=", "\(name)=any"]
        case Set(AddressPrefix.localhost): ["\(name)=", "\(name)=localhost"]
        default: whole(name, prefixes.map(\.text))
        }
    }

    private static func callFilter(_ name: String, _ change: CallFilterChange) -> [String] {
        (change.replaces ? ["\(name)="] : [])
            + change.assignments.map { "\(name)=\($0.allow ? "" : "~")\(line($0.names))" }
    }
}

/// Names for the few error numbers that restrictions answer with (errno(3), Linux on all
/// architectures that systemd's own default list names).
public enum ErrorNumber {
    public static func name(_ number: Int32) -> String {
        switch number {
        case 1: "EPERM"
        case 2: "ENOENT"
        case 6: "ENXIO"
        case 13: "EACCES"
        case 19: "ENODEV"
        case 22: "EINVAL"
        case 30: "EROFS"
        case 38: "ENOSYS"
        case 97: "EAFNOSUPPORT"
        case 99: "EADDRNOTAVAIL"
        case 101: "ENETUNREACH"
        default: String(number)
        }
    }
}
