/// What a machine really enforces, restriction by restriction, as it was measured.
public struct Enforcement: Hashable, Codable, Sendable {
    /// By the restriction's id.
    public let findings: [String: Finding]

    public struct Finding: Hashable, Codable, Sendable {
        public let standing: Standing
        /// What would bring it into force.
        public let cure: String?

        public init(_ standing: Standing, cure: String? = nil) {
            self.standing = standing
            self.cure = cure
        }
    }

    public init(_ findings: [String: Finding]) { self.findings = findings }

    /// Nothing was measured, and everything is taken to be in force.
    public static let unmeasured = Enforcement([:])

    public subscript(id: String) -> Finding? { findings[id] }
}
