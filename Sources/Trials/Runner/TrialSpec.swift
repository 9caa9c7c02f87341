public import Hardening

/// Which profile to try, and why: all that a caller of a ``TrialRunner`` says of a trial.
public struct TrialSpec: Hashable, Sendable {
    public var profile: Profile
    public var purpose: TrialPurpose
    /// Whether the copy is started a second time, where it finds what its first life left. Where
    /// not even the unrestricted service survives that, the trial says so instead.
    public var startsAgain: Bool
    /// Whether to write down what the service uses while it runs.
    public var looksClosely: Bool
    /// Whether it is the real unit, where it never ran before, that is put through what a service
    /// lives through, and no copy.
    public var isFirstStart: Bool
    /// Whether it is made in every place of the campaign, and the first that does not pass is the
    /// answer.
    public var isEverywhere: Bool

    public init(
        _ profile: Profile, _ purpose: TrialPurpose, startsAgain: Bool = false,
        looksClosely: Bool = false, isFirstStart: Bool = false, isEverywhere: Bool = false
    ) {
        self.profile = profile
        self.purpose = purpose
        self.startsAgain = startsAgain
        self.looksClosely = looksClosely
        self.isFirstStart = isFirstStart
        self.isEverywhere = isEverywhere
    }
}
