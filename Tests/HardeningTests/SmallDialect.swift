import Hardening
import TemperTesting

extension Dialect {
    /// A systemd of the newest kind whose groups have two or three calls each; they contain each
    /// other as the catalogue says.
    static let withSmallGroups = Dialect(
        version: 262, calls: smallGroups,
        fileSystems: Dictionary(
            uniqueKeysWithValues: Catalogue.fileSystemGroupNames.map { group in
                (group, ["\(group.dropFirst())1", "\(group.dropFirst())2"])
            }))

    private static let smallGroups: [String: Set<String>] = {
        var calls: [String: Set<String>] = [:]
        for group in Catalogue.callGroupNames {
            calls[group] = ["\(group.dropFirst())_1", "\(group.dropFirst())_2"]
        }
        let restrictions = Catalogue.standard.directive("SystemCallFilter")?.restrictions ?? []
        var service: Set<String> = []
        for restriction in restrictions {
            let contained = restriction.implies.compactMap { id in
                if case .denyCalls(let group) = Catalogue.standard[id]?.change {
                    group
                } else {
                    nil
                }
            }
            switch restriction.change {
            case .denyCalls(let group):
                let inner = contained.flatMap { calls[$0] ?? [] }
                calls[group]?.formUnion(inner)
            case .allowOnlyCalls:
                service = contained.reduce(into: []) { $0.formUnion(calls[$1] ?? []) }
            default: break
            }
        }
        let every = calls.values.reduce(into: Set<String>()) { $0.formUnion($1) }
        calls["@system-service"] = every.subtracting(service)
        return calls
    }()
}
