/// Items in the order in which they are to be accepted, the least likely to break first, and
/// with it the chance that the first `n` of them all hold.
///
/// The order makes the arithmetic exact: once the first culprit in it is found, the items before
/// it hold, and those after it are as unknown as they ever were.
struct Line: Sendable {
    let items: [Int]

    /// How many items at the front are vouched for.
    let vouched: Int

    /// The chance of each item to break by itself, if those before it hold.
    let chances: [Double]

    /// For each count, the probability that so many of the first items all hold.
    let survival: [Double]

    /// - Parameters:
    ///   - interaction: the chance of an item that is vouched for to break after all.
    init(
        _ open: ItemSet, after vouched: ItemSet, in space: SearchSpace, outlook: Outlook,
        interaction: Double
    ) {
        let first = space.lineUp(vouched) { _ in 0 }
        items = first + space.lineUp(open, by: outlook.chance)
        self.vouched = first.count
        var outlook = outlook
        var chances: [Double] = []
        var survival = [1.0]
        for (position, item) in items.enumerated() {
            var chance = 0.0
            if position >= first.count {
                chance = outlook.chance(item)
                outlook.observe(item, breaks: false)
            }
            chances.append(chance)
            survival.append(survival[position] * (1 - chance) * (1 - interaction))
        }
        self.chances = chances
        self.survival = survival
    }

    func prefix(_ count: Int) -> ItemSet { ItemSet(items[..<count]) }
}

extension SearchSpace {
    /// The items by ascending key, but each after those that it requires.
    func lineUp(_ members: ItemSet, by key: (Int) -> Double) -> [Int] {
        var keys = [Double](repeating: 0, count: items.count)
        var line: [(key: Double, item: Int)] = []
        line.reserveCapacity(members.count)
        for item in ascending {
            for required in items[item].requires { keys[item] = max(keys[item], keys[required]) }
            guard members.contains(item) else { continue }
            keys[item] = max(keys[item], key(item))
            line.append((keys[item], item))
        }
        line.sort { $0.key != $1.key ? $0.key < $1.key : rank[$0.item] < rank[$1.item] }
        return line.map(\.item)
    }
}
