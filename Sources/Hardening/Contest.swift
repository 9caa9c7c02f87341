/// That something says that a service may need what a restriction denies, while nothing that it was
/// seen to do bears it out: left open, until an exercise settles it.
public struct Contest: Hashable, Sendable {
    /// What says so; in usages of records, too.
    public enum Source: String, Hashable, Codable, Sendable, CaseIterable {
        /// A setting of the unit.
        case unit
        /// A directory of the service's own.
        case directory
        /// What its configuration names.
        case configuration
        /// What its package makes for it: directories (tmpfiles.d(5)), users (sysusers.d(5)).
        case package
        /// What the service does where it is in use.
        case production
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

    public init(_ source: Source, settledBy: String) {
        self.source = source
        self.settledBy = settledBy
    }
}
