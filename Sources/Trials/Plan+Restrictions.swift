import Hardening

/// How restrictions are named by who wants them kept as they are, or tried.
extension Plan {
    /// `Keep=PrivateNetwork=no` reads as "leave PrivateNetwork alone": a value that is no
    /// restriction stands for its directive.
    public static func restriction(_ name: String) -> String {
        let catalogue = Catalogue.standard
        if catalogue[name] != nil || catalogue.directive(name) != nil { return name }
        if name.contains("=~") { return name }
        return String(name.prefix { $0 != "=" })
    }

    /// The restrictions that `--try` or `Try=` asks for: all of a directive that is named alone.
    public static func attempts(_ name: String) -> Set<String> {
        guard let row = Catalogue.standard.directive(name) else { return [name] }
        return Set(row.restrictions.map(\.id))
    }

    /// Why `name` stands for nothing in the catalogue, or nil if it does.
    public static func problem(withRestriction name: String) -> String? {
        let catalogue = Catalogue.standard
        let directive = String(name.prefix { $0 != "=" })
        if catalogue[name] != nil || catalogue.directive(directive) != nil { return nil }
        if Catalogue.perService.contains(directive) { return nil }
        let known = catalogue.directives.map(\.name) + Catalogue.perService
        return "\(directive.isEmpty ? "“”" : directive) is not a directive that temper tries"
            + directive.suggestion(of: known, orElse: "`temper explain` lists them")
    }

    /// Why `name` cannot be tried, or nil if it can: unlike what is kept, it has to be a step that
    /// there is.
    public static func problem(withAttempt name: String) -> String? {
        if let problem = problem(withRestriction: name) { return problem }
        let catalogue = Catalogue.standard
        guard catalogue[name] == nil, let equals = name.firstIndex(of: "="),
            let row = catalogue.directive(String(name[..<equals]))
        else { return nil }
        let ids = row.restrictions.map(\.id)
        if let near = name.nearest(of: ids) {
            return "\(name) is not a restriction; did you mean \(near)?"
        }
        let values = ids.map { $0.dropFirst(row.name.count + 1) }
        return "\(name) is not a restriction; "
            + (values.count > 6
                ? "`temper explain \(row.name)` lists those of \(row.name)="
                : "\(row.name)= has \(values.joined(separator: ", "))")
    }
}
