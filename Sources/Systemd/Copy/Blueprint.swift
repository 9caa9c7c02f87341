public import SystemdBus

/// A copy of a service, computed and not yet started: what to hand to `StartTransientUnit`, what
/// stays behind, and what a trial has to know of the original.
///
/// The copy is the difference from a bare transient unit on the same manager: a setting that both
/// read alike is not sent, so the copy gets it by the same default as the original did.
///
/// Values read over the bus have their specifiers expanded with the original's name and are taken
/// literally when they are set, so nothing is escaped and nothing expanded twice.
public struct Blueprint: Sendable {
    /// In the order in which they have to be sent. `Restart` is not among them: bare is `no`.
    public let properties: [(String, BusValue)]
    /// What the user has to be told, in the order of the table.
    public let notCarriedOver: [NotCarriedOver]
    /// What hands the copy its listening sockets.
    public let sockets: [SocketBlueprint]
    public let facts: ServiceFacts

    /// - Parameters:
    ///   - unit: the original, running or not, but loaded.
    ///   - bare: a unit made of ``BareUnit/properties(for:)`` on the same manager.
    ///   - version: the manager's major version.
    ///   - originalStaysUp: whether the original goes on running beside the copy. Then its
    ///     `RuntimeDirectory=` must outlive the copy's stop.
    /// - Throws: ``BlueprintError`` where there is nothing that could be copied.
    public init(
        of unit: UnitReading, against bare: UnitReading, systemd version: Int,
        originalStaysUp: Bool = false
    ) throws(BlueprintError) {
        guard unit.string("LoadState") == "loaded" else {
            throw .notLoaded(unit: unit.name, state: unit.string("LoadState"))
        }
        guard let type = ServiceType(rawValue: unit.string("Type")) else {
            throw .unknownType(unit: unit.name, type: unit.string("Type"))
        }
        guard bare.string("Type") == type.ofCopy.rawValue else {
            throw .bareUnitOfOtherType(expected: type.ofCopy, found: bare.string("Type"))
        }
        var draft = BlueprintDraft(
            original: unit, bare: bare, type: type, version: version,
            originalStaysUp: originalStaysUp)
        draft.carryEverything()
        let bareSocket = bare.sockets.first ?? UnitReading(properties: [:])
        sockets = unit.sockets.map { SocketBlueprint(of: $0, against: bareSocket) }
        properties = draft.properties
        notCarriedOver = draft.notCarriedOver + sockets.flatMap(\.notCarriedOver)
        facts = ServiceFacts(of: unit, type: type, startedAs: draft.startedAs)
    }
}

/// Why a service cannot be copied.
public enum BlueprintError: Error, Hashable, Sendable, CustomStringConvertible {
    case notLoaded(unit: String, state: String)
    case unknownType(unit: String, type: String)
    case bareUnitOfOtherType(expected: ServiceType, found: String)

    public var description: String {
        switch self {
        case .notLoaded(let unit, let state):
            """
            \(unit) cannot be copied because it is \(state), not loaded; see \
            "systemctl status \(unit)"
            """
        case .unknownType(let unit, let type):
            """
            \(unit) has Type=\(type), which this version does not know; known are \
            \(ServiceType.allCases.map(\.rawValue).joined(separator: ", "))
            """
        case .bareUnitOfOtherType(let expected, let found):
            """
            the bare unit to compare with has Type=\(found) instead of \(expected.rawValue); \
            a copy computed from it would lack defaults
            """
        }
    }
}
