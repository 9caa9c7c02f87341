/// What the search promises, and how far it may trust its trials.
public struct Options: Hashable, Sendable {
    public var rigor: Rigor
    public var reliability: Reliability

    /// How often a failing trial names a culprit; the first guess, corrected as trials come in.
    public var naming: Double

    public init(
        rigor: Rigor = .proof, reliability: Reliability = .steady, naming: Double = 0
    ) {
        self.rigor = rigor
        self.reliability = reliability
        self.naming = naming
    }

    public enum Rigor: Hashable, Sendable {
        /// Nothing can be added to the result. Interactions may cost weight.
        case maximal
        /// No other configuration outranks the result, and every refusal is a minimal conflict
        /// that was seen to fail alone and to pass without any one of its members.
        case proof
    }

    public enum Reliability: Hashable, Sendable {
        /// The same question has the same answer. Should the answers disprove it, the search
        /// changes to `flaky` by itself.
        case steady
        /// Answers are wrong now and then.
        case flaky(FlipRates)
    }
}

/// How often an answer is wrong: a first guess, worth `strength` trials.
public struct FlipRates: Hashable, Sendable {
    /// A working configuration is said to fail.
    public var falseFailure: Double
    /// A broken configuration is said to pass.
    public var falsePass: Double
    public var strength: Double

    public init(falseFailure: Double = 0.02, falsePass: Double = 0.02, strength: Double = 50) {
        self.falseFailure = falseFailure
        self.falsePass = falsePass
        self.strength = strength
    }

    /// At this rate of wrong answers an answer tells a quarter of a bit, and what is found is not
    /// to be relied upon.
    static let hopeless = 0.2

    public var isHopeless: Bool { max(falseFailure, falsePass) >= Self.hopeless }

    /// What a baseline says of its own probe: so many wrong failures in so many trials, beside
    /// ten that were thought of before with a rate of 2 %.
    public static func baseline(failures: Int, of trials: Int) -> FlipRates {
        let strength = 10 + Double(trials)
        return FlipRates(
            falseFailure: (0.2 + Double(failures)) / strength, strength: strength)
    }
}
