import SystemdBus
import TemperTesting

/// Random values of random types. First a type is drawn and then values of it, because the
/// elements of an array have one type.
struct ValueGenerator {
    private var random: SplitMix64

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    indirect enum Kind {
        case basic(Character)
        case array(Kind)
        case dictionary(Character, Kind)
        case structure([Kind])
        case variant

        var signature: String {
            switch self {
            case .basic(let letter): String(letter)
            case .array(let element): "a" + element.signature
            case .dictionary(let key, let value): "a{\(key)\(value.signature)}"
            case .structure(let fields): "(" + fields.map(\.signature).joined() + ")"
            case .variant: "v"
            }
        }
    }

    mutating func arguments() -> [BusValue] {
        (0..<Int.random(in: 0...6, using: &random)).map { _ in
            let kind = kind(depth: 4)
            return value(of: kind, depth: 4)
        }
    }

    private mutating func kind(depth: Int) -> Kind {
        switch Int.random(in: 0..<(depth > 0 ? 10 : 5), using: &random) {
        case 5, 6: return .array(kind(depth: depth - 1))
        case 7: return .dictionary(basicLetter(), kind(depth: depth - 1))
        case 8:
            let count = Int.random(in: 1...4, using: &random)
            return .structure((0..<count).map { _ in kind(depth: depth - 1) })
        case 9: return .variant
        default: return .basic(basicLetter())
        }
    }

    private mutating func basicLetter() -> Character {
        "ybnqiuxtdsog".randomElement(using: &random) ?? "s"
    }

    private mutating func value(of kind: Kind, depth: Int) -> BusValue {
        switch kind {
        case .basic(let letter): return basic(letter)
        case .array(let element):
            return .array(
                element: element.signature, times(5) { $0.value(of: element, depth: depth - 1) })
        case .dictionary(let key, let content):
            return .array(
                element: "{\(key)\(content.signature)}",
                times(5) {
                    .dictionaryEntry($0.basic(key), $0.value(of: content, depth: depth - 1))
                })
        case .structure(let fields):
            return .structure(fields.map { value(of: $0, depth: depth - 1) })
        case .variant:
            let content = self.kind(depth: max(0, depth - 2))
            return .variant(value(of: content, depth: max(0, depth - 2)))
        }
    }

    private mutating func times(
        _ most: Int, _ make: (inout ValueGenerator) -> BusValue
    ) -> [BusValue] {
        (0..<Int.random(in: 0...most, using: &random)).map { _ in make(&self) }
    }

    private mutating func basic(_ letter: Character) -> BusValue {
        let bits = random.next() >> UInt64.random(in: 0..<64, using: &random)
        switch letter {
        case "y": return .byte(UInt8(truncatingIfNeeded: bits))
        case "b": return .bool(bits % 2 == 0)
        case "n": return .int16(Int16(truncatingIfNeeded: bits))
        case "q": return .uint16(UInt16(truncatingIfNeeded: bits))
        case "i": return .int32(Int32(truncatingIfNeeded: bits))
        case "u": return .uint32(UInt32(truncatingIfNeeded: bits))
        case "x": return .int64(Int64(truncatingIfNeeded: bits))
        case "t": return .uint64(bits)
        case "d":
            let number = Double(bitPattern: random.next())
            return .double(number.isNaN ? 0 : number)
        case "o":
            let names = (0..<Int(bits % 4)).map { "part_\($0 &+ Int(bits % 1000))" }
            return .objectPath("/" + names.joined(separator: "/"))
        case "g": return .signature(["", "s", "a{sv}", "(ii)as", "aay"][Int(bits % 5)])
        default: return .string(text(length: Int(bits % 40)))
        }
    }

    /// Any characters but NUL, which D-Bus has no place for, and the noncharacters, which sd-bus
    /// refuses.
    private mutating func text(length: Int) -> String {
        let scalars = (0..<length).map { _ -> Unicode.Scalar in
            let wide = Int.random(in: 0..<4, using: &random) == 0
            let code = UInt32.random(in: 1...(wide ? 0x10FFFF : 0x7E), using: &random)
            guard let scalar = Unicode.Scalar(code), !scalar.properties.isNoncharacterCodePoint
            else { return "x" }
            return scalar
        }
        return String(String.UnicodeScalarView(scalars))
    }
}
