/// How a person starts the same copy: the words that follow `systemd-run`.
public struct HandCommand: Hashable, Codable, Sendable {
    /// Options, properties in the order in which they are set, and the program with its arguments.
    public let arguments: [String]
    /// Properties of the copy that systemd-run cannot set; empty when nothing is lacking.
    public let lacking: [String]
    /// Where the secrets come from that are left out: `[TOKEN]` stands for the one of `TOKEN`. nil
    /// in ledgers of older versions.
    public let withheld: [String]?
    /// The socket unit whose sockets the copy is handed. systemd-run starts only the copy of that
    /// one, and the original has to be stopped first. nil where there is none.
    public let socket: String?

    public init(
        arguments: [String], lacking: [String], withheld: [String] = [], socket: String? = nil
    ) {
        self.arguments = arguments
        self.lacking = lacking
        self.withheld = withheld
        self.socket = socket
    }

    /// Without the secrets.
    func redacted(by redaction: Redaction) -> HandCommand {
        HandCommand(
            arguments: arguments.map(redaction.applied), lacking: lacking.map(redaction.applied),
            withheld: withheld ?? [], socket: socket)
    }
}
