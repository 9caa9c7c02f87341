/// A setting of the original that its copy lacks, in the words of unit files.
public struct NotCarriedOver: Hashable, Sendable, CustomStringConvertible {
    /// The directive, or as near to it as the bus tells.
    public let setting: String
    public let value: String
    public let reason: String
    /// What it means for the trials.
    public let consequence: String

    public init(setting: String, value: String, reason: String, consequence: String) {
        self.setting = setting
        self.value = value
        self.reason = reason
        self.consequence = consequence
    }

    public var description: String { "\(setting)=\(value): \(reason); \(consequence)" }
}
