/// What the search came to know; complete only if `ending` is `.complete`.
public struct SearchResult: Hashable, Sendable {
    /// A configuration that passed, as it stands here.
    public let accepted: ItemSet

    /// The answer that showed it; nil if nothing but the empty configuration passed.
    public let verifiedBy: Int?

    /// Every item left out that could be added by itself, lowest first.
    public let refusals: [Refusal]

    /// Minimal conflicts: each failed, and passes without any one of its members.
    public let conflicts: [Conflict]

    /// Configurations that passed although a part of them fails.
    public let surprises: [Surprise]

    /// No configuration that works can be heavier than this.
    public let bound: Int

    public let ending: Ending
}

/// Items that fail together and not without any one of them.
public struct Conflict: Hashable, Sendable {
    /// The items that make it; what these require is part of the trial but not named.
    public let items: ItemSet

    /// The position, among all answers learned, of the one that showed it.
    public let witness: Int

    /// The trial could not be judged, three times; nothing failed for certain.
    public let isUnresolved: Bool
}

/// Why an item was left out.
public struct Refusal: Hashable, Sendable {
    public let item: Int

    /// The answer to a question that holds this item and otherwise only accepted ones; nil while
    /// the search is under way.
    public let witness: Int?

    /// The minimal conflict that refused it, where that was looked for.
    public let conflict: Conflict?

    /// The trials with this item could not be judged.
    public let isUnresolved: Bool
}

/// A pass above a known failure: the problem is not monotone there.
public struct Surprise: Hashable, Sendable {
    public let passed: ItemSet
    public let passedAs: Int
    public let failed: ItemSet
    public let failedAs: Int
}

public enum Ending: Hashable, Sendable {
    case complete
    /// Questions are left; this is what is known so far.
    case stopped
    /// The answers are too unreliable to decide; the rate at which they seem to be wrong.
    case tooFlaky(rate: Double)
}
