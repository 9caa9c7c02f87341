/// That something says that a service may need what a restriction denies, while nothing that it was
/// seen to do bears it out: left open, until an exercise settles it.
public struct Contest: Hashable, Sendable {
    /// What says so.
    public enum Source: String, Hashable, Codable, Sendable, CaseIterable {
        /// A setting of the unit.
        case unit
        /// A directory of the service's own.
        case directory
        /// What its programs are linked with or call.
        case program
        /// The kind of program that it is.
        case kind
        /// The lab, which cannot judge it.
        case lab
    }

    public let source: Source
    /// The probe or the option that would settle it.
    public let settledBy: String

    init(_ source: Source, settledBy: String) {
        self.source = source
        self.settledBy = settledBy
    }
}
