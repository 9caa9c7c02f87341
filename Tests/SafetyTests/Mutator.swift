import TemperTesting

/// Makes inputs that were never meant out of inputs that are real: bytes and lines are changed,
/// moved, doubled and cut, and marks that mean something somewhere are strewn in.
struct Mutator {
    private let corpus: [[UInt8]]
    private var random: SplitMix64

    private static let marks: [[UInt8]] = [
        "\n", "\r\n", "\r", "\0", "=", "[", "]", "[X-Temper]\n", "[Service]\n", "\\\n", "\\", "#",
        ";", "\"", "'", "%", "%i", "%%", "$", "${A}", ":", "-", "~", "\u{feff}", "\u{2028}", "é",
        "9999999999999999999999", "-1", "0x", "1e999", "nan", "{", "}", "[[[[[[[[", "null", ",",
        "Probe=", "Keep=", "Timeout=", "\t", " ", "🇩🇪🇩🇪", "e\u{301}\u{301}\u{301}",
    ].map { Array($0.utf8) }

    init(corpus: [String], seed: UInt64) {
        self.corpus = corpus.map { Array($0.utf8) }
        random = SplitMix64(seed: seed)
    }

    mutating func next() -> String {
        var bytes = corpus.randomElement(using: &random) ?? []
        for _ in 0..<Int.random(in: 1...8, using: &random) { mutate(&bytes) }
        return String(decoding: bytes.prefix(20_000), as: UTF8.self)
    }

    private mutating func mutate(_ bytes: inout [UInt8]) {
        let place = Int.random(in: 0...bytes.count, using: &random)
        let length = min(bytes.count - place, Int.random(in: 0...40, using: &random))
        switch Int.random(in: 0..<8, using: &random) {
        case 0: bytes.insert(contentsOf: Self.marks.randomElement(using: &random)!, at: place)
        case 1: bytes.removeSubrange(place..<(place + length))
        case 2: bytes.insert(contentsOf: bytes[place..<(place + length)], at: place)
        case 3: bytes.removeLast(bytes.count - place)
        case 4 where place < bytes.count:
            bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 5 where place < bytes.count:
            bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 6:
            let other = corpus.randomElement(using: &random) ?? []
            bytes = Array(bytes[..<place] + other[min(place, other.count)...])
        default:
            let mark = Self.marks.randomElement(using: &random)!
            let times = Int.random(in: 1...50, using: &random)
            bytes.insert(contentsOf: (0..<times).flatMap { _ in mark }, at: place)
        }
    }
}
