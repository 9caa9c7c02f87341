/// A set of item numbers, kept as bits.
///
/// Every configuration, conflict and residue of the search is one of these. Trailing empty words
/// are never stored, so two equal sets have equal storage and can be keys of a dictionary.
public struct ItemSet: Hashable, Sendable {
    private var words: [UInt64]

    public init() { words = [] }

    /// The numbers `0 ..< count`.
    public init(below count: Int) {
        words = [UInt64](repeating: .max, count: count / 64)
        if count % 64 > 0 { words.append((1 << UInt64(count % 64)) - 1) }
    }

    public init(_ items: some Sequence<Int>) {
        self.init()
        for item in items { insert(item) }
    }

    public static let empty = ItemSet()

    public var isEmpty: Bool { words.isEmpty }

    public var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    public var first: Int? {
        guard let index = words.firstIndex(where: { $0 != 0 }) else { return nil }
        return index * 64 + words[index].trailingZeroBitCount
    }

    public func contains(_ item: Int) -> Bool {
        item >> 6 < words.count && words[item >> 6] & (1 << UInt64(item & 63)) != 0
    }

    public mutating func insert(_ item: Int) {
        while words.count <= item >> 6 { words.append(0) }
        words[item >> 6] |= 1 << UInt64(item & 63)
    }

    public mutating func remove(_ item: Int) {
        guard contains(item) else { return }
        words[item >> 6] &= ~(1 << UInt64(item & 63))
        trim()
    }

    private mutating func trim() {
        while words.last == 0 { words.removeLast() }
    }
}

// MARK: - The algebra

extension ItemSet {
    public func isSubset(of other: ItemSet) -> Bool {
        guard words.count <= other.words.count else { return false }
        for index in words.indices where words[index] & ~other.words[index] != 0 { return false }
        return true
    }

    public func isDisjoint(with other: ItemSet) -> Bool {
        for index in 0..<Swift.min(words.count, other.words.count)
        where words[index] & other.words[index] != 0 { return false }
        return true
    }

    public mutating func formUnion(_ other: ItemSet) {
        while words.count < other.words.count { words.append(0) }
        for index in other.words.indices { words[index] |= other.words[index] }
    }

    public mutating func subtract(_ other: ItemSet) {
        for index in 0..<Swift.min(words.count, other.words.count) {
            words[index] &= ~other.words[index]
        }
        trim()
    }

    public mutating func formIntersection(_ other: ItemSet) {
        if words.count > other.words.count {
            words.removeLast(words.count - other.words.count)
        }
        for index in words.indices { words[index] &= other.words[index] }
        trim()
    }

    public func union(_ other: ItemSet) -> ItemSet {
        var result = self
        result.formUnion(other)
        return result
    }

    public func subtracting(_ other: ItemSet) -> ItemSet {
        var result = self
        result.subtract(other)
        return result
    }

    public func intersection(_ other: ItemSet) -> ItemSet {
        var result = self
        result.formIntersection(other)
        return result
    }
}

// MARK: - Iteration, in ascending order

extension ItemSet: Sequence {
    public struct Iterator: IteratorProtocol {
        fileprivate let words: [UInt64]
        fileprivate var index = 0
        fileprivate var rest: UInt64

        public mutating func next() -> Int? {
            while rest == 0 {
                index += 1
                guard index < words.count else { return nil }
                rest = words[index]
            }
            let bit = rest.trailingZeroBitCount
            rest &= rest - 1
            return index * 64 + bit
        }
    }

    public func makeIterator() -> Iterator { Iterator(words: words, rest: words.first ?? 0) }

    public var underestimatedCount: Int { count }
}

extension ItemSet: ExpressibleByArrayLiteral, CustomStringConvertible {
    public init(arrayLiteral elements: Int...) { self.init(elements) }

    public var description: String { "{" + map(String.init).joined(separator: " ") + "}" }
}
