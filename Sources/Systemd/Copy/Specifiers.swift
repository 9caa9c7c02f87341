/// Expands the specifiers of systemd.unit(5) that follow from the unit's name alone, in values
/// that have to be taken from the text of a unit file. D-Bus values are expanded already.
struct Specifiers {
    let unit: String

    /// The value expanded, nil if it needs a specifier that only the machine can tell.
    func expand(_ value: String) -> String? {
        var result = ""
        var rest = value[...]
        while let percent = rest.firstIndex(of: "%") {
            result += rest[..<percent]
            let after = rest.index(after: percent)
            guard after < rest.endIndex, let replacement = expansion(of: rest[after]) else {
                return nil
            }
            result += replacement
            rest = rest[rest.index(after: after)...]
        }
        return result + rest
    }

    private func expansion(of letter: Character) -> String? {
        switch letter {
        case "%": "%"
        case "n": unit
        case "N": String(stem)
        case "p": String(prefix)
        case "i": String(instance)
        case "j": String(prefix.split(separator: "-").last ?? "")
        // The unescaped forms are only safe where there is nothing to unescape.
        case "P": prefix.isPlain ? String(prefix) : nil
        case "I": instance.isPlain ? String(instance) : nil
        case "t": "/run"
        case "S": "/var/lib"
        case "C": "/var/cache"
        case "L": "/var/log"
        case "E": "/etc"
        default: nil
        }
    }

    /// The name without `.service`.
    private var stem: Substring { unit.hasSuffix(".service") ? unit.dropLast(8) : unit[...] }
    private var prefix: Substring { stem.prefix { $0 != "@" } }
    private var instance: Substring { stem.drop { $0 != "@" }.dropFirst() }
}

extension Substring {
    fileprivate var isPlain: Bool { !contains("-") && !contains("\\") }
}
