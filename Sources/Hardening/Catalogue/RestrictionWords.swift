/// A restriction as people read it. Its id says what is *denied*, in systemd's own syntax where
/// that has one (`CapabilityBoundingSet=~CAP_CHOWN`), else in temper's (`ReadWritePaths=~/run`:
/// the exception for /run is taken back), so that a refused one would be denied twice.
public struct RestrictionWords: Hashable, Sendable {
    public let id: String
    private let directive: String
    /// What it denies: `CAP_CHOWN`, `@mount`, `/run`; nil where it is a value that is set.
    private let denied: String?
    /// Whether systemd failed with it before there was a service that could need anything.
    private let failsSystemd: Bool

    /// - Parameters:
    ///   - id: as the ledger has it.
    ///   - because: how what was tried with it failed, where it is refused.
    public init(_ id: String, because: String = "") {
        self.id = id
        failsSystemd =
            !because.isEmpty && ExecStep.endingsOfSystemd.contains(where: because.contains)
        directive = String(id.prefix { $0 != "=" })
        let value = id.dropFirst(directive.count + 1)
        denied = value.first == "~" ? String(value.dropFirst()) : nil
    }

    /// What it is called where it is in force: `ProtectHome=yes`, `ReadWritePaths= without /run`.
    public var name: String { exception == nil ? id : "\(directive)= \(value)" }

    /// Its value beside the name of its directive; `(empty)` for an empty list.
    public var value: String {
        if exception != nil, let denied { return "without \(denied)" }
        let value = String(id.dropFirst(directive.count + 1))
        return value.isEmpty ? "(empty)" : value
    }

    /// What the service needs where it is refused: `CAP_CHOWN`, `@mount system calls`,
    /// `ReadWritePaths=/run`; nil for a value that is set, and where it is systemd that fails.
    public var need: String? {
        guard let denied, !failsSystemd else { return nil }
        if let exception { return exception }
        switch Catalogue.standard[id]?.change {
        case .denyCalls: return "\(denied) system calls"
        case .denyFileSystems: return "\(denied) file systems"
        case .denyOtherFamilies: return "other address families"
        case .denyNamespace: return "\(denied) namespaces"
        default: return denied
        }
    }

    /// That it is refused: `needs CAP_CHOWN`, or the name of what is not taken.
    public var refused: String { need.map { "needs \($0)" } ?? name }

    /// What it is to go without it: `with CAP_CHOWN`, `without ProtectHome=yes`.
    public var givenUp: String { need.map { "with \($0)" } ?? "without \(id)" }

    /// Why restrictions of one directive are not in a result: `Needs CAP_CHOWN, CAP_KILL.`
    public static func reason(_ words: [RestrictionWords]) -> String {
        let parts = [
            ("Needs", words.compactMap(\.need)),
            ("Refused:", words.filter { $0.need == nil }.map(\.refusedValue)),
        ]
        return parts.filter { !$0.1.isEmpty }
            .map { "\($0.0) \($0.1.joined(separator: ", "))." }.joined(separator: " ")
    }

    /// Its value in a sentence: `an empty list` for one.
    private var refusedValue: String { id.hasSuffix("=") ? "an empty list" : value }

    /// The entry that it takes back, as a line of a unit file has it.
    private var exception: String? {
        guard let denied, Catalogue.perService.contains(directive) else { return nil }
        return "\(directive)=\(denied)"
    }
}
