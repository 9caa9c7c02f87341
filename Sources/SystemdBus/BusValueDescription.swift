/// For people: text in quotes, `[…]`, `(…)`, `{key: value}`; a variant shows its content. Types
/// are not shown, ``BusValue/signature`` has them.
extension BusValue: CustomStringConvertible {
    public var description: String {
        switch self {
        case .byte(let value): "\(value)"
        case .bool(let value): value ? "yes" : "no"
        case .int16(let value): "\(value)"
        case .uint16(let value): "\(value)"
        case .int32(let value): "\(value)"
        case .uint32(let value): "\(value)"
        case .int64(let value): "\(value)"
        case .uint64(let value): "\(value)"
        case .double(let value): "\(value)"
        case .string(let text): text.debugDescription
        case .objectPath(let text), .signature(let text): text
        case .fileDescriptor(let descriptor): "fd \(descriptor)"
        case .array(let element, let values):
            element.hasPrefix("{") ? "{" + values.listed + "}" : "[" + values.listed + "]"
        case .structure(let fields): "(" + fields.listed + ")"
        case .dictionaryEntry(let key, let value): "\(key): \(value)"
        case .variant(let content): content.description
        }
    }
}

extension [BusValue] {
    fileprivate var listed: String { map(\.description).joined(separator: ", ") }
}
