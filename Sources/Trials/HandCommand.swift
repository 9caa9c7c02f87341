/// How a person starts the same copy: the words that follow `systemd-run`.
public struct HandCommand: Hashable, Codable, Sendable {
    /// Options, properties in the order in which they are set, and the program with its arguments.
    public let arguments: [String]
    /// Properties of the copy that systemd-run cannot set; empty when nothing is lacking.
    public let lacking: [String]

    public init(arguments: [String], lacking: [String]) {
        self.arguments = arguments
        self.lacking = lacking
    }
}
