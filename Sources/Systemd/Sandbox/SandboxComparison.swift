import Hardening

extension Sandbox {
    /// Whether two sandboxes mean the same by a directive. Lists are sets to systemd.
    func agrees(with other: Sandbox, on name: String) -> Bool {
        // MemoryKSM= reads no whether it was never set or set to no.
        self[name] == other[name] || text(name) == other.text(name)
            || (name == "MemoryKSM" && !flag(name) && !other.flag(name))
            // systemd names a dynamic user after the unit.
            || (name == "User" && flag("DynamicUser") && other.flag("DynamicUser"))
    }

    /// The directives of the catalogue and of the exposure that this sandbox and `other` do not
    /// agree on, one line each; empty where they are the same.
    func differences(from other: Sandbox) -> [String] {
        Sandbox.directives.filter { !agrees(with: other, on: $0) }.map { name in
            "\(name) reads \(text(name)) instead of \(other.text(name))"
        }
    }

    /// The value in a form in which equal meanings are equal.
    func text(_ name: String) -> String {
        switch self[name] {
        case nil: "unset"
        case .flag(let on): on ? "yes" : "no"
        case .word: word(name, default: "")
        case .mode(let mode): "0" + String(mode, radix: 8)
        case .number(let number): String(number)
        case .mask:
            name == "RestrictNamespaces"
                ? NamespaceType.names(in: mask(name, default: .max)).joined(separator: " ")
                : Capability.names(in: mask(name, default: Capability.all)).joined(separator: " ")
        case .list(let names): names.sorted().joined(separator: " ")
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
