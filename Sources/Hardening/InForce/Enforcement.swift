/// What a machine really enforces, restriction by restriction, as it was measured.
public struct Enforcement: Hashable, Codable, Sendable {
    /// By the restriction's id.
    public let findings: [String: Measurement]

    public struct Measurement: Hashable, Codable, Sendable {
        public let standing: EnforcementState
        /// What would bring it into force.
        public let cure: String?

        public init(_ standing: EnforcementState, cure: String? = nil) {
            self.standing = standing
            self.cure = cure
        }
    }

    public init(_ findings: [String: Measurement]) { self.findings = findings }

    /// The same without what only a caged lab cannot enforce, of these restrictions: they are taken
    /// to be in force where they were found to be.
    public func sparing(_ restrictions: Set<String>) -> Enforcement {
        Enforcement(
            findings.filter { id, finding in
                !restrictions.contains(id) || finding.cure != MachineFacts.uncaged
            })
    }

    /// Nothing was measured, and everything is taken to be in force.
    public static let unmeasured = Enforcement([:])

    public subscript(id: String) -> Measurement? { findings[id] }
}
