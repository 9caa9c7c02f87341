/// A setting of the original that its copy lacks, in the words of unit files.
public struct NotCarriedOver: Hashable, Sendable, CustomStringConvertible {
    /// The directive, or as near to it as the bus tells.
    public let setting: String
    public let value: String
    public let reason: String
    /// What it means for the trials.
    public let consequence: String

    /// As it stands in a unit file.
    public var assignment: String { "\(setting)=\(value)" }
    public var because: String { "\(reason); \(consequence)" }

    public var description: String { "\(assignment): \(because)" }
}
