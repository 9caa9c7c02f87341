/// One thing that can be switched on: what it is worth, what it needs, and how likely it breaks.
///
/// Items are known by their position in the `SearchSpace`, from zero.
public struct Item: Hashable, Sendable {
    /// What accepting the item is worth; never negative. Whole numbers, so that two
    /// configurations of equal weight are equal exactly and not only nearly.
    public var weight: Int

    /// Items that are on whenever this one is: weaker steps of its ladder, and whatever it implies.
    /// Naming the direct ones is enough.
    public var requires: [Int]

    /// The ladder of which this item is a step. Only items of the same ladder are tried above a
    /// refused step; see `Purpose.level`.
    public var ladder: Int?

    public var chance: Chance

    /// Whether it may pass on top of others though it fails alone, so that it is asked about once
    /// more on the final configuration (not where answers may be wrong); and is the first to be
    /// suspected where several fail together.
    public var isContextual: Bool

    public init(
        weight: Int = 1, requires: [Int] = [], ladder: Int? = nil, chance: Chance = .unknown,
        isContextual: Bool = false
    ) {
        self.isContextual = isContextual
        self.weight = weight
        self.requires = requires
        self.ladder = ladder
        self.chance = chance
    }
}

/// How likely an item is to break, before anything was asked.
///
/// A wrong chance costs questions and never correctness.
public enum Chance: Hashable, Sendable {
    /// Nothing is known. All such items share one rate, learned as the search goes
    /// (a Beta(1, 15), so the first guess is one in sixteen).
    case unknown

    /// The item breaks with this probability, whatever the others do.
    case independent(Double)

    /// The item belongs to a family of items that break together: with probability `hot` if its
    /// family is hot, with probability `cold` otherwise.
    case family(Int, hot: Double, cold: Double)
}
