/// What can be tightened: every directive that `systemd-analyze security` scores and a transient
/// unit can set, element by element where it is a set, and the sandboxing directives that are not
/// scored. A table; the rows stand in the files beside this one, by what they protect.
public struct Catalogue: Sendable {
    public let directives: [Directive]
    private let byID: [String: Restriction]

    public init(_ directives: [Directive]) {
        // Implications are written for the next step only; here they become transitive.
        let written = directives.flatMap(\.restrictions)
        let index = Dictionary(uniqueKeysWithValues: written.map { ($0.id, $0) })
        func closure(of id: String) -> Set<String> {
            (index[id]?.implies ?? []).reduce(into: []) { all, below in
                all.insert(below)
                all.formUnion(closure(of: below))
            }
        }
        self.directives = directives.map { directive in
            Directive(
                directive.name, directive.effect, breaks: directive.breaks,
                manual: directive.manual, introduced: directive.introduced,
                restrictions: directive.restrictions.map { $0.implying(closure(of: $0.id)) })
        }
        byID = Dictionary(
            uniqueKeysWithValues: self.directives.flatMap(\.restrictions).map { ($0.id, $0) })
    }

    /// The whole table.
    public static let standard = Catalogue(
        fileSystem + devices + kernel + processes + capabilities + identity + network
            + systemCalls + service)

    public var restrictions: [Restriction] { directives.flatMap(\.restrictions) }

    public subscript(id: String) -> Restriction? { byID[id] }

    public func directive(_ name: String) -> Directive? {
        directives.first { $0.name == name }
    }
}

extension Restriction {
    func implying(_ all: Set<String>) -> Restriction {
        Restriction(
            id: id, directive: directive, change: change, introduced: introduced, implies: all,
            prior: prior, needs: needs, heldBack: heldBack, exceptions: exceptions)
    }
}
