/// What `temper lab list --json` prints.
public struct LabsReport: Hashable, Codable, Sendable {
    /// `temper.labs/1`
    public var schema = "temper.labs/1"
    public var labs: [Entry]

    /// A lab that is up.
    public struct Entry: Hashable, Codable, Sendable {
        public var name: String
        /// Of its process 1, in the numbering of the machine.
        public var pid: Int32
        /// The tree that it is a copy of.
        public var root: String

        public init(name: String, pid: Int32, root: String) {
            (self.name, self.pid, self.root) = (name, pid, root)
        }
    }

    public init(_ labs: [Entry]) { self.labs = labs }
}
