/// The answers to one question.
struct Tally: Hashable, Sendable {
    private(set) var passes = 0
    private(set) var failures = 0
    private(set) var unresolved = 0
    private(set) var firstPass: Int?
    private(set) var firstFailure: Int?
    private(set) var firstUnresolved: Int?

    var count: Int { passes + failures + unresolved }

    /// The position of the first answer.
    var order: Int { [firstPass, firstFailure, firstUnresolved].compactMap(\.self).min() ?? 0 }

    /// It could not be judged three times, and never was.
    var isBeyondJudgement: Bool { unresolved > 2 && passes == 0 && failures == 0 }

    /// Failures, and what is taken for one.
    var setbacks: Int { isBeyondJudgement ? 1 : failures }

    /// Passes ahead of failures.
    var margin: Int { passes - setbacks }

    mutating func add(_ answer: Answer, at position: Int) {
        switch answer {
        case .passed:
            passes += 1
            firstPass = firstPass ?? position
        case .failed:
            failures += 1
            firstFailure = firstFailure ?? position
        case .unresolved:
            unresolved += 1
            firstUnresolved = firstUnresolved ?? position
        }
    }

    /// Nil while it must be asked again: a trial that could not be judged is repeated twice.
    func verdict(lead: Int) -> Answer? {
        if isBeyondJudgement { return .unresolved }
        if margin >= lead { return .passed }
        return -margin >= lead ? .failed : nil
    }
}
