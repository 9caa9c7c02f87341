/// What can be tightened: every directive that `systemd-analyze security` scores and a transient
/// unit can set, element by element where it is a set, and the sandboxing directives that are not
/// scored. A table; the rows stand in the files beside this one, by what they protect.
public struct Catalogue: Sendable {
    public let directives: [Directive]
    private let byID: [String: Restriction]
    private let byName: [String: Directive]

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
        self.directives = directives.map { row in
            row.mapping { $0.implies = closure(of: $0.id) }
        }
        byName = Dictionary(uniqueKeysWithValues: self.directives.map { ($0.name, $0) })
        byID = Dictionary(
            uniqueKeysWithValues: self.directives.flatMap(\.restrictions).map { ($0.id, $0) })
    }

    /// The whole table.
    public static let standard = Catalogue(
        fileSystem + devices + kernel + processes + capabilities + identity + network
            + systemCalls + service + orders)

    public var restrictions: [Restriction] { directives.flatMap(\.restrictions) }

    public subscript(id: String) -> Restriction? { byID[id] }

    public func directive(_ name: String) -> Directive? { byName[name] }

    public func directive(_ name: DirectiveName) -> Directive? { byName[name.rawValue] }
}

extension Catalogue {
    /// The restrictions that one unit can tell of, group by group.
    public static func examinedTogether(_ restrictions: [Restriction]) -> [[Restriction]] {
        let together = standard.names(where: \.isExaminedAtOnce)
        let single = restrictions.filter { !together.contains($0.directive) }
        let joined = together.sorted().map { name in restrictions.filter { $0.directive == name } }
        return single.map { [$0] } + joined.filter { !$0.isEmpty }
    }
}
