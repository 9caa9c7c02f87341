import SystemdBus

/// A blueprint while it is drawn: each row of the table adds a property, a name for the user, or
/// nothing.
struct BlueprintDraft {
    let original: UnitReading
    let bare: UnitReading
    let type: ServiceType
    let startedAs: ServiceType
    let version: Int
    let originalStaysUp: Bool
    private(set) var properties: [(String, BusValue)] = []
    private(set) var notCarriedOver: [NotCarriedOver] = []

    init(
        original: UnitReading, bare: UnitReading, type: ServiceType, version: Int,
        originalStaysUp: Bool
    ) {
        self.original = original
        self.bare = bare
        self.type = type
        startedAs = type.ofCopy(
            withPAM: !original.string("PAMName").isEmpty, systemd: version)
        self.version = version
        self.originalStaysUp = originalStaysUp
    }

    mutating func carryEverything() {
        for row in CopyTable.rows {
            guard let value = original[row.name] else { continue }
            if case .notASetting = row.rule { continue }
            guard value.signature == row.signature else {
                nameUnknown(row.name, value)
                continue
            }
            carry(row, value)
        }
        for (name, value) in original.properties.sorted(by: { $0.key < $1.key })
        where CopyTable.row(name) == nil && value != bare[name] {
            nameUnknown(name, value)
        }
        carryPermissionsStartOnly()
        nameOverruled()
    }

    mutating func send(_ name: String, _ value: BusValue) {
        properties.append((name, value))
    }

    mutating func name(_ setting: String, _ value: String, _ why: Withheld) {
        notCarriedOver.append(
            NotCarriedOver(
                setting: setting, value: value, reason: why.reason,
                consequence: why.consequence))
    }

    /// What the original has and a bare unit has not.
    func difference(_ row: CopyRow, _ value: BusValue) -> BusValue? {
        value.beyond(bare[row.name])
    }

    private mutating func carry(_ row: CopyRow, _ value: BusValue) {
        switch row.rule {
        case .copy:
            if let difference = difference(row, value) { send(row.name, difference) }
        case .transform(let how):
            transform(row, value, how)
        case .caution(let why):
            carry(row, value, with: why)
        case .superseded(let richer):
            // Only a systemd that does not have the richer property needs the poorer one.
            guard original[richer] == nil, let difference = difference(row, value) else { return }
            send(row.name, difference)
        case .never(let why), .impossible(let why):
            withhold(row, value, why)
        case .derived, .notASetting:
            break
        }
    }

    private mutating func withhold(_ row: CopyRow, _ value: BusValue, _ why: Withheld) {
        guard let difference = difference(row, value) else { return }
        switch row.name {
        case "Conditions", "Asserts":
            for condition in difference.elements ?? [] { nameCondition(condition, why) }
        case "TriggeredBy":
            // Timers and paths hand nothing over; whether they fire is not the copy's affair.
            let handed = original.sockets.map(\.name)
            let sockets = original.triggers(suffix: ".socket").filter { !handed.contains($0) }
            if !sockets.isEmpty { name("Sockets", sockets.joined(separator: " "), why) }
        default:
            name(DirectiveText.name(row.name), DirectiveText.value(difference, of: row.name), why)
        }
    }

    /// `a(sbbsi)`: type, is a trigger (`|`), is negated (`!`), parameter, result.
    private mutating func nameCondition(_ condition: BusValue, _ why: Withheld) {
        guard let fields = condition.fields, fields.count == 5 else { return }
        let marks = (fields[1].bool == true ? "|" : "") + (fields[2].bool == true ? "!" : "")
        name(fields[0].string ?? "", marks + (fields[3].string ?? ""), why)
    }

    private mutating func nameUnknown(_ property: String, _ value: BusValue) {
        name(
            DirectiveText.name(property), DirectiveText.value(value, of: property),
            Withheld(
                because: "this version does not know the property as systemd \(version) has it",
                so: "the manager's default holds for the copy"))
    }
}
