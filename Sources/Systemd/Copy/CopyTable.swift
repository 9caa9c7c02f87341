/// Every property that systemd 252, 257 and 262 let us read of a service, and what a copy does
/// with it. The order of the rows is the order of sending: where one property resets another
/// (`LimitNOFILE` its `Soft`, a scheduling policy its priority) the first stands first.
///
/// Source: introspection and `GetAll` of live managers of the three versions, the setters of
/// `StartTransientUnit` tried one by one on each.
public enum CopyTable {
    public static let rows: [CopyRow] = [
        process, commands, environment, streams, directories, credentials, limits, scheduling,
        identity, fileSystem, namespaces, kernel, systemCalls, resources, network,
        dependencies, withheld, impossible, observed,
    ].flatMap { $0 }

    private static let byName = Dictionary(
        uniqueKeysWithValues: rows.map { ($0.name, $0) })

    /// The row of a property, nil for one that no measured systemd has.
    public static func row(_ name: String) -> CopyRow? { byName[name] }
}
