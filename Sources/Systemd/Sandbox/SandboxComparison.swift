import Hardening

extension Sandbox {
    /// Whether two sandboxes mean the same by a directive. Lists are sets to systemd.
    func agrees(with other: Sandbox, on name: String) -> Bool {
        self[name] == other[name] || text(name) == other.text(name) || means(name, as: other)
    }

    /// The directives of the catalogue and of the exposure that this sandbox and `other` do not
    /// agree on, one line each; empty where they are the same.
    func differences(from other: Sandbox) -> [String] {
        Sandbox.directives.filter { !agrees(with: other, on: $0) }.map { name in
            let (here, there) = (text(name), other.text(name))
            return here.count + there.count > 120
                ? "\(name) \(Sandbox.difference(here, there))"
                : "\(name) reads \(here.orNothing) instead of \(there.orNothing)"
        }
    }

    /// What differs in two long lists. One of what is denied begins with `~`.
    private static func difference(_ here: String, _ there: String) -> String {
        let denies = [here, there].map { $0.hasPrefix("~") }
        if denies[0] != denies[1] {
            return denies[0]
                ? "lists what is denied instead of what is allowed"
                : "lists what is allowed instead of what is denied"
        }
        func words(_ list: String) -> Set<Substring> {
            Set(list.drop { $0 == "~" }.split(separator: " "))
        }
        func some(_ words: Set<Substring>) -> String {
            let shown = words.sorted().prefix(5).joined(separator: " ")
            return words.count > 5 ? "\(shown) and \(words.count - 5) more" : shown.orNothing
        }
        let (mine, theirs) = (words(here), words(there))
        return "has also \(some(mine.subtracting(theirs))), and lacks "
            + some(theirs.subtracting(mine))
    }

    /// The value in a form in which equal meanings are equal.
    func text(_ name: String) -> String {
        switch self[name] {
        case nil: "unset"
        case .flag(let on): on ? "yes" : "no"
        case .word: self[name].value(default: "")
        case .mode(let mode): "0" + String(mode, radix: 8)
        case .number(let number): String(number)
        case .mask:
            Sandbox.masksNamespaces(name)
                ? NamespaceType.names(in: self[name].bits(within: .max)).joined(separator: " ")
                : Capability.names(in: self[name].bits(within: Capability.all)).joined(
                    separator: " ")
        case .list(let names): Set(names).sorted().joined(separator: " ")
        case .filter(let allow, let names):
            (allow ? "" : "~") + names.sorted().joined(separator: " ")
        case .prefixes(let prefixes):
            prefixes.map { "\($0.bytes)/\($0.length)" }.sorted().joined(separator: " ")
        case .ports(let ports):
            ports.map { "\($0.family)/\($0.transport)/\($0.lowest)+\($0.count)" }.sorted()
                .joined(separator: " ")
        }
    }
}

extension String {
    fileprivate var orNothing: String { isEmpty ? "nothing" : self }
}
