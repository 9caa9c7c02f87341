/// The items, what they require of each other, and how likely their families are to be hot.
///
/// A configuration is a set of items that contains whatever its members require (a down-set).
/// The search looks for the configuration that passes and outranks all others that pass; see
/// `outranks(_:_:)` for the order.
public struct SearchSpace: Sendable {
    public let items: [Item]

    /// For each family, the probability that it is hot; nil where nothing is known of it. Such
    /// families share one rate, learned as the search goes.
    public let families: [Double?]

    /// Everything; the configuration that the search would like best.
    public let all: ItemSet

    /// For each item, itself and all that it requires, directly or not.
    public let below: [ItemSet]

    /// For each item, itself and all that require it, directly or not.
    public let above: [ItemSet]

    /// For each item, the stricter steps of its ladder.
    let stricter: [ItemSet]

    /// All items, each after those that it requires.
    let ascending: [Int]

    /// The position of each item in `ascending`.
    let rank: [Int]

    /// - Throws: `Flaw` if the items do not describe an order, or name what is not there.
    public init(items: [Item], families: [Double?] = []) throws(Flaw) {
        self.items = items
        self.families = families
        all = ItemSet(below: items.count)
        for (index, item) in items.enumerated() {
            if item.weight < 0 { throw .negativeWeight(item: index) }
            if case .family(let family, _, _) = item.chance, !families.indices.contains(family) {
                throw .unknownFamily(item: index, family: family)
            }
            for required in item.requires where !items.indices.contains(required) {
                throw .unknownItem(item: index, required: required)
            }
        }
        ascending = try Self.order(of: items)
        var rank = [Int](repeating: 0, count: items.count)
        for (position, item) in ascending.enumerated() { rank[item] = position }
        self.rank = rank
        var below = items.indices.map { ItemSet([$0]) }
        for item in ascending {
            for required in items[item].requires { below[item].formUnion(below[required]) }
        }
        var above = items.indices.map { ItemSet([$0]) }
        for item in items.indices {
            for required in below[item] { above[required].insert(item) }
        }
        self.below = below
        self.above = above
        stricter = items.indices.map { item in
            guard let ladder = items[item].ladder else { return .empty }
            return ItemSet(above[item].filter { $0 != item && items[$0].ladder == ladder })
        }
    }

    /// Why a list of items is not a search space.
    public enum Flaw: Error, Hashable {
        case negativeWeight(item: Int)
        case unknownFamily(item: Int, family: Int)
        case unknownItem(item: Int, required: Int)
        /// The item requires itself, by way of others.
        case circular(item: Int)
    }

    private static func order(of items: [Item]) throws(Flaw) -> [Int] {
        var missing = items.map { Set($0.requires).count }
        var dependents = [[Int]](repeating: [], count: items.count)
        for (index, item) in items.enumerated() {
            for required in Set(item.requires) { dependents[required].append(index) }
        }
        var order = items.indices.filter { missing[$0] == 0 }
        var next = 0
        while next < order.count {
            for dependent in dependents[order[next]].sorted() {
                missing[dependent] -= 1
                if missing[dependent] == 0 { order.append(dependent) }
            }
            next += 1
        }
        if let item = missing.firstIndex(where: { $0 > 0 }) { throw .circular(item: item) }
        return order
    }
}

// MARK: - The order of configurations

extension SearchSpace {
    public func weight(of set: ItemSet) -> Int {
        set.reduce(0) { $0 + items[$1].weight }
    }

    /// Whether `one` is the better configuration, were both to pass.
    ///
    /// The heavier one is; of equal weight the one with more items; of equal size the one that
    /// holds the lowest-numbered item of those in which they differ. This is a total order, so the
    /// best passing configuration is one and does not depend on the questions that led to it.
    public func outranks(_ one: ItemSet, _ other: ItemSet) -> Bool {
        let weights = (weight(of: one), weight(of: other))
        if weights.0 != weights.1 { return weights.0 > weights.1 }
        let sizes = (one.count, other.count)
        if sizes.0 != sizes.1 { return sizes.0 > sizes.1 }
        guard let mine = one.subtracting(other).first, let theirs = other.subtracting(one).first
        else { return false }
        return mine < theirs
    }
}

// MARK: - Down-sets

extension SearchSpace {
    public func isConfiguration(_ set: ItemSet) -> Bool {
        set.isSubset(of: all) && set.allSatisfy { below[$0].isSubset(of: set) }
    }

    /// The smallest configuration that holds all of `set`.
    public func downward(_ set: ItemSet) -> ItemSet {
        set.reduce(into: ItemSet()) { $0.formUnion(below[$1]) }
    }

    /// What an item requires, without itself.
    func required(by item: Int) -> ItemSet {
        var result = below[item]
        result.remove(item)
        return result
    }

    /// All that cannot be on while `set` is off.
    public func upward(_ set: ItemSet) -> ItemSet {
        set.reduce(into: ItemSet()) { $0.formUnion(above[$1]) }
    }

    /// The members that no other member requires.
    public func tops(of set: ItemSet) -> ItemSet {
        ItemSet(set.filter { above[$0].intersection(set).count == 1 })
    }
}
