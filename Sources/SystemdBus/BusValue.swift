/// One typed value as D-Bus carries it. The signature letters are those of the D-Bus
/// specification; the value always knows its own signature, so nothing is sent untyped.
public enum BusValue: Hashable, Sendable {
    case byte(UInt8)
    case bool(Bool)
    case int16(Int16)
    case uint16(UInt16)
    case int32(Int32)
    case uint32(UInt32)
    case int64(Int64)
    case uint64(UInt64)
    case double(Double)
    case string(String)
    case objectPath(String)
    case signature(String)
    /// A file descriptor of this process; it is duplicated when the message is sent.
    ///
    /// One that was *received* is a duplicate made for the receiver (close-on-exec): whoever
    /// gets the value closes it. `fileDescriptors` finds all of them in a value.
    case fileDescriptor(Int32)
    /// `element` is the signature of one element, needed for arrays that are empty.
    case array(element: String, [BusValue])
    case structure([BusValue])
    /// Only as an element of an array, which then is D-Bus's dictionary; the key is a basic type.
    indirect case dictionaryEntry(BusValue, BusValue)
    indirect case variant(BusValue)
}

extension BusValue {
    /// The D-Bus type signature: `.strings(["a"]).signature == "as"`.
    public var signature: String {
        switch self {
        case .byte: "y"
        case .bool: "b"
        case .int16: "n"
        case .uint16: "q"
        case .int32: "i"
        case .uint32: "u"
        case .int64: "x"
        case .uint64: "t"
        case .double: "d"
        case .string: "s"
        case .objectPath: "o"
        case .signature: "g"
        case .fileDescriptor: "h"
        case .array(let element, _): "a" + element
        case .structure(let fields): "(" + fields.signature + ")"
        case .dictionaryEntry(let key, let value): "{" + key.signature + value.signature + "}"
        case .variant: "v"
        }
    }

    /// `as`.
    public static func strings(_ strings: some Sequence<String>) -> BusValue {
        .array(element: "s", strings.map(BusValue.string))
    }

    /// `ay`.
    public static func bytes(_ bytes: some Sequence<UInt8>) -> BusValue {
        .array(element: "y", bytes.map(BusValue.byte))
    }

    /// `a(sv)`, the form in which systemd takes the properties of a unit. Their order is kept:
    /// where a property is named twice systemd applies both, one after the other.
    public static func properties(_ properties: some Sequence<(String, BusValue)>) -> BusValue {
        .array(
            element: "(sv)", properties.map { .structure([.string($0.0), .variant($0.1)]) })
    }

    /// `a{sv}`, sorted by key so that equal dictionaries are equal messages.
    public static func dictionary(_ entries: [String: BusValue]) -> BusValue {
        .array(
            element: "{sv}",
            entries.sorted { $0.key < $1.key }
                .map { .dictionaryEntry(.string($0.key), .variant($0.value)) })
    }
}

extension Sequence<BusValue> {
    /// The signatures one after the other, as a message's arguments have them.
    var signature: String { reduce(into: "") { $0 += $1.signature } }
}
