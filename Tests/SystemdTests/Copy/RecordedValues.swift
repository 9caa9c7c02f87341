import Foundation
import SystemdBus

/// A value as `busctl --json=short` prints it, `{"type": "as", "data": ["a"]}`.
struct RecordedValue: Decodable, Sendable {
    let value: BusValue

    private enum Keys: String, CodingKey { case type, data }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        var signature = try container.decode(String.self, forKey: .type)[...]
        value = try container.decode(JSON.self, forKey: .data).value(of: &signature)
    }
}

/// Values of JSON that keep whole 64-bit numbers.
enum JSON: Decodable {
    case bool(Bool)
    case unsigned(UInt64)
    case signed(Int64)
    case string(String)
    case array([JSON])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(UInt64.self) {
            self = .unsigned(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .signed(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else {
            self = .array(try container.decode([JSON].self))
        }
    }

    /// The value of the type at the front of `signature`, which is taken off.
    func value(of signature: inout Substring) throws -> BusValue {
        let letter = signature.removeFirst()
        switch (letter, self) {
        case ("b", .bool(let flag)): return .bool(flag)
        case ("s", .string(let text)): return .string(text)
        case ("o", .string(let text)): return .objectPath(text)
        case ("y", .unsigned(let number)): return .byte(UInt8(number))
        case ("q", .unsigned(let number)): return .uint16(UInt16(number))
        case ("u", .unsigned(let number)): return .uint32(UInt32(number))
        case ("t", .unsigned(let number)): return .uint64(number)
        case ("i", .unsigned(let number)): return .int32(Int32(number))
        case ("i", .signed(let number)): return .int32(Int32(number))
        case ("a", .array(let elements)):
            let element = Self.completeType(at: signature)
            signature.removeFirst(element.count)
            return .array(
                element: element,
                try elements.map { json in
                    var one = element[...]
                    return try json.value(of: &one)
                })
        case ("(", .array(let fields)):
            var values: [BusValue] = []
            for field in fields { values.append(try field.value(of: &signature)) }
            signature.removeFirst()
            return .structure(values)
        default:
            throw UnreadableRecord(signature: String(letter) + signature)
        }
    }

    private static func completeType(at signature: Substring) -> String {
        guard let first = signature.first else { return "" }
        if first == "a" { return "a" + completeType(at: signature.dropFirst()) }
        guard first == "(" else { return String(first) }
        var depth = 0
        let end = signature.firstIndex { letter in
            depth += letter == "(" ? 1 : letter == ")" ? -1 : 0
            return depth == 0
        }
        return String(signature[...(end ?? signature.startIndex)])
    }
}

struct UnreadableRecord: Error {
    let signature: String
}
