/// One trial that the search wants: does this configuration work?
public struct Question: Hashable, Sendable {
    public let configuration: ItemSet
    public let purpose: Purpose

    public init(_ configuration: ItemSet, for purpose: Purpose) {
        self.configuration = configuration
        self.purpose = purpose
    }
}

/// Why a question is asked; for display, the search itself learns from the configuration only.
public enum Purpose: Hashable, Sendable {
    /// Can all these be accepted, on top of what is accepted already?
    case accept(ItemSet)
    /// Something in a group that failed is to blame: is it among these?
    case locate(ItemSet)
    /// Does this one fail even alone?
    case solo(Int)
    /// These fail together: are they all it takes?
    case explain(ItemSet)
    /// Nothing is left to add: does exactly this pass?
    case verify
    /// Can this one really not be added to the result?
    case certify(Int)
    /// Does this stricter step pass although a weaker one of its ladder failed?
    case level(Int)
    /// This answer does not fit others: does it come again?
    case recheck
}

/// What a trial showed.
public enum Answer: Hashable, Sendable {
    case passed
    case failed
    /// The trial could not be judged.
    case unresolved
}

/// What a failing trial said about who is to blame. A suspicion, never a proof.
public struct CulpritHint: Hashable, Sendable {
    /// The culprit is one of these, or one of their kind.
    public let suspects: ItemSet

    /// What would have to be taken besides, for the suspect to do harm.
    public let companions: ItemSet

    /// How often such a statement is true, between 0 and 1.
    public let confidence: Double

    public init(
        suspects: ItemSet, companions: ItemSet = .empty, confidence: Double = 0.95
    ) {
        self.suspects = suspects
        self.companions = companions
        self.confidence = min(max(confidence, 0), 0.99)
    }
}

/// What to do next.
public enum Round: Hashable, Sendable {
    /// Ask these, side by side if you can, and let the search learn every answer.
    case ask([Question])
    case finished(SearchResult)
}
