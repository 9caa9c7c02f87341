/// One readable property of a service and what its copy does with it.
public struct CopyRow: Hashable, Sendable {
    /// The name on the bus, in the interface `Unit` or `Service` of `org.freedesktop.systemd1`.
    public let name: String
    /// The signature in which it is read.
    public let signature: String
    public let rule: CopyRule
    /// The first of the measured systemd versions (252, 257, 262) in which it can be read.
    public let since: Int
    /// The last measured version in which it can be read, nil where it still can.
    public let until: Int?
}

extension CopyRow {
    /// One row per name, all alike but for the name.
    static func rows(
        _ rule: CopyRule, _ signature: String, since: Int = 252, until: Int? = nil,
        _ names: String...
    ) -> [CopyRow] {
        names.map {
            CopyRow(name: $0, signature: signature, rule: rule, since: since, until: until)
        }
    }

    static func copy(
        _ signature: String, since: Int = 252, until: Int? = nil, _ names: String...
    ) -> [CopyRow] {
        names.flatMap { rows(.copy, signature, since: since, until: until, $0) }
    }
}
