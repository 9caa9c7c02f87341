/// How to find out whether one restriction is in force: a row of the table beside the catalogue.
///
/// Two units are compared: one with the settings `against`, and one that takes the restriction on
/// top of them. Each part of what the restriction promises has a sign of its own, because systemd
/// may do one part and leave out another without a word.
public struct InForceCheck: Hashable, Sendable {
    public let parts: [Part]
    /// What both units have, so that the restriction has something to change or can be seen.
    public let against: [DirectiveName: SettingValue]
    /// What the restricted unit has beside the restriction, because nothing starts without it.
    public let beside: [DirectiveName: SettingValue]

    public struct Part: Hashable, Sendable {
        /// As it is named where it is lacking, such as `/sys`.
        public let name: String
        public let sign: InForceSign
        /// Without which the part is lacking.
        public let need: Need?
        /// What else helps where the part is lacking.
        public let cure: String?

        public init(
            _ name: String, _ sign: InForceSign, need: Need? = nil, cure: String? = nil
        ) {
            self.name = name
            self.sign = sign
            self.need = need
            self.cure = cure
        }
    }

    public init(
        _ parts: [Part], against: [DirectiveName: SettingValue] = [:],
        beside: [DirectiveName: SettingValue] = [:]
    ) {
        self.parts = parts
        self.against = against
        self.beside = beside
    }

    init(
        _ sign: InForceSign, against: [DirectiveName: SettingValue] = [:],
        beside: [DirectiveName: SettingValue] = [:]
    ) {
        self.init([Part("", sign)], against: against, beside: beside)
    }

    /// The canaries among the signs.
    public var canaries: Set<Canary> {
        Set(parts.compactMap { if case .canary(let canary) = $0.sign { canary } else { nil } })
    }

    /// Whether a process is needed to tell, beyond loading the unit.
    public var needsProcess: Bool { parts.contains { $0.sign != .readsBack } }

    /// The paths that its signs look at.
    public var paths: [String] {
        parts.compactMap { if case .mount(let path, _) = $0.sign { path } else { nil } }
    }
}
