/// What a value holds, or nil if it holds something else. A variant answers for its content, so
/// that a property reads the same whether it came from `Get`, `GetAll` or a signal.
extension BusValue {
    /// The value inside any number of variants.
    public var unwrapped: BusValue {
        guard case .variant(let content) = self else { return self }
        return content.unwrapped
    }

    public var byte: UInt8? { if case .byte(let value) = unwrapped { value } else { nil } }
    public var bool: Bool? { if case .bool(let value) = unwrapped { value } else { nil } }
    public var int16: Int16? { if case .int16(let value) = unwrapped { value } else { nil } }
    public var uint16: UInt16? { if case .uint16(let value) = unwrapped { value } else { nil } }
    public var int32: Int32? { if case .int32(let value) = unwrapped { value } else { nil } }
    public var uint32: UInt32? { if case .uint32(let value) = unwrapped { value } else { nil } }
    public var int64: Int64? { if case .int64(let value) = unwrapped { value } else { nil } }
    public var uint64: UInt64? { if case .uint64(let value) = unwrapped { value } else { nil } }
    public var double: Double? { if case .double(let value) = unwrapped { value } else { nil } }

    /// The text of a string, an object path or a signature.
    public var string: String? {
        switch unwrapped {
        case .string(let text), .objectPath(let text), .signature(let text): text
        default: nil
        }
    }

    /// See ``fileDescriptor(_:)`` for who closes it.
    public var fileDescriptor: Int32? {
        if case .fileDescriptor(let value) = unwrapped { value } else { nil }
    }

    /// The elements of an array.
    public var elements: [BusValue]? {
        if case .array(_, let elements) = unwrapped { elements } else { nil }
    }

    /// The fields of a structure.
    public var fields: [BusValue]? {
        if case .structure(let fields) = unwrapped { fields } else { nil }
    }

    /// The texts of an array of strings, object paths or signatures.
    public var strings: [String]? {
        guard case .array(let element, let values) = unwrapped, ["s", "o", "g"].contains(element)
        else { return nil }
        return values.compactMap(\.string)
    }

    /// The content of `ay`.
    public var bytes: [UInt8]? {
        guard case .array("y", let values) = unwrapped else { return nil }
        return values.compactMap(\.byte)
    }

    /// A dictionary with texts as keys, `a{s…}`, its values unwrapped.
    public var dictionary: [String: BusValue]? {
        guard case .array(let element, let entries) = unwrapped, element.hasPrefix("{") else {
            return nil
        }
        var result = [String: BusValue](minimumCapacity: entries.count)
        for case .dictionaryEntry(let key, let value) in entries {
            guard let key = key.string else { return nil }
            result[key] = value.unwrapped
        }
        return result
    }

    /// Every file descriptor anywhere inside.
    public var fileDescriptors: [Int32] {
        switch self {
        case .fileDescriptor(let descriptor): [descriptor]
        case .array(_, let values), .structure(let values): values.flatMap(\.fileDescriptors)
        case .dictionaryEntry(let key, let value): key.fileDescriptors + value.fileDescriptors
        case .variant(let content): content.fileDescriptors
        default: []
        }
    }
}
