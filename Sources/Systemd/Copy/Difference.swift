public import SystemdBus

/// A readable property in which a copy is not like its original, and should be.
public struct Difference: Hashable, Sendable, CustomStringConvertible {
    public let property: String
    public let original: BusValue?
    public let copy: BusValue?

    public var description: String {
        "\(property): \(original?.description ?? "none") in the original, "
            + "\(copy?.description ?? "none") in the copy"
    }
}

/// Every readable property in which the two differ, without those that cannot be alike; which
/// these are and why, ``CopyTable/expectedDifferences`` tells.
public func differences(original: UnitReading, copy: UnitReading) -> [Difference] {
    let sockets = Set(original.strings("TriggeredBy") + copy.strings("TriggeredBy"))
    let names = Set(original.properties.keys).union(copy.properties.keys)
    return names.sorted().compactMap { name in
        let row = CopyTable.row(name)
        if row?.reasonToDiffer != nil { return nil }
        let here = original[name].map { Comparand($0, row?.rule, without: sockets).value }
        let there = copy[name].map { Comparand($0, row?.rule, without: sockets).value }
        guard here != there else { return nil }
        return Difference(property: name, original: original[name], copy: copy[name])
    }
}

extension CopyTable {
    /// The properties in which a copy may differ from its original, each with the reason.
    public static var expectedDifferences: [(property: String, reason: String)] {
        rows.compactMap { row in row.reasonToDiffer.map { (row.name, $0) } }
    }
}

extension CopyRow {
    fileprivate var reasonToDiffer: String? {
        switch rule {
        case .notASetting(let observation): observation.rawValue
        case .never(let why), .impossible(let why): why.reason
        case .caution(.busName): "two loaded units cannot have the same bus name"
        case .copy, .transform, .caution, .superseded, .derived: nil
        }
    }
}

/// A value in the form in which original and copy have to agree.
private struct Comparand {
    let value: BusValue

    /// - Parameter sockets: what triggers either of them.
    init(_ raw: BusValue, _ rule: CopyRule?, without sockets: Set<String>) {
        switch rule {
        case _ where raw.elements?.first?.isCommand == true:
            value = .array(element: "v", raw.elements?.map(\.withoutHistory) ?? [])
        case .transform(.seLinuxContext):
            value = raw.fields?.last ?? raw
        case .caution(.fileSystems) where raw.fields?.last?.elements?.isEmpty == true:
            value = .structure([.bool(false), .strings([])])
        case .caution(.type):
            let type = ServiceType(rawValue: raw.string ?? "")
            value = .string(type?.ofCopy.rawValue ?? raw.string ?? "")
        case .caution(.watchdog):
            value = raw == .uint64(.max) ? .uint64(0) : raw
        case .caution(.dependencies):
            // Read from a hash table, in no order. Each has sockets of its own.
            value = .strings((raw.strings ?? []).filter { !sockets.contains($0) }.sorted())
        default:
            value = raw
        }
    }
}

extension BusValue {
    fileprivate var isCommand: Bool { (fields?.count ?? 0) >= 10 }

    /// The first three fields of a command, without the flag that 262 drops.
    fileprivate var withoutHistory: BusValue {
        guard let fields, fields.count >= 3 else { return self }
        let flags = fields[2].strings.map { .strings($0.filter { $0 != "ambient" }) } ?? fields[2]
        return .structure([fields[0], fields[1], flags])
    }
}
