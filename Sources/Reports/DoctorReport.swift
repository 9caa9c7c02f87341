public import Hardening

/// What `temper doctor --json` prints: what a machine enforces of all that can be asked of it.
///
/// The schema is stable: keys are never renamed or removed under the same `schema`; keys may be
/// added.
public struct DoctorReport: Hashable, Codable, Sendable {
    /// `temper.doctor/1`
    public var schema = "temper.doctor/1"
    /// The version of the systemd that was examined, such as `257.13-1~deb13u1`.
    public var systemd: String
    public var kernel: String
    /// What systemd was built with, such as `+SECCOMP` and `-BPF_FRAMEWORK`.
    public var features: [String]
    /// The kernel's active security modules.
    public var securityModules: [String]
    /// The tree that the lab was made of; nil where the machine itself was examined.
    public var root: String?
    /// Whether this machine's own PID 1 is systemd.
    public var systemdIsPIDOne: Bool
    public var evidence: EvidenceSources
    public var seconds: Double
    /// Worst first.
    public var restrictions: [Row]

    /// Where the reason for a failure can be read on this machine.
    public struct EvidenceSources: Hashable, Codable, Sendable {
        /// Audit records of the kernel, over netlink.
        public var audit: Bool
        /// BPF programs of control groups, over bpf(2).
        public var programs: Bool

        public init(audit: Bool, programs: Bool) {
            self.audit = audit
            self.programs = programs
        }
    }

    public struct Row: Hashable, Codable, Sendable {
        public var restriction: String
        public var directive: String
        public var standing: State
        /// The parts that are not in force, of one that is partly.
        public var lacking: [String]
        /// What was seen where it fails or cannot be told.
        public var because: String?
        /// What would bring it into force.
        public var cure: String?

        /// An `EnforcementState` in a word, from the worst to the best: what is silently missing
        /// comes first.
        public enum State: String, Hashable, Codable, Sendable, CaseIterable {
            case ignored, partly, failing
            case cannotTell = "cannot-tell"
            case unknown, absent
            case inForce = "in-force"
        }
    }

    public init(
        facts: MachineFacts, enforcement: Enforcement, catalogue: Catalogue, root: String?,
        systemdIsPIDOne: Bool, evidence: EvidenceSources, seconds: Double
    ) {
        systemd = facts.systemd
        kernel = facts.kernel
        features = facts.features
        securityModules = facts.securityModules
        self.root = root
        self.systemdIsPIDOne = systemdIsPIDOne
        self.evidence = evidence
        self.seconds = (seconds * 1000).rounded() / 1000
        let rows = catalogue.restrictions.compactMap { restriction in
            enforcement[restriction.id].map { Row(restriction, $0) }
        }
        restrictions = Row.State.allCases.flatMap { standing in
            rows.filter { $0.standing == standing }
        }
    }
}

extension DoctorReport.Row {
    init(_ restriction: Restriction, _ finding: Enforcement.Measurement) {
        self.restriction = restriction.id
        directive = restriction.directive
        lacking = []
        cure = finding.cure
        switch finding.standing {
        case .inForce: standing = .inForce
        case .partly(let parts): (standing, lacking) = (.partly, parts)
        case .ignored: standing = .ignored
        case .unknown: standing = .unknown
        case .absent: standing = .absent
        case .failing(let how): (standing, because) = (.failing, how)
        case .cannotTell(let why): (standing, because) = (.cannotTell, why)
        }
    }
}
