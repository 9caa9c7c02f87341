public import Hardening

/// What the user chose about a campaign.
public struct CampaignOptions: Sendable {
    public var cadence = ChosenCadence()
    public var baselineRuns = 2
    /// How often the result must pass again.
    public var confirmations = 1
    /// Only that nothing can be added, without a proof for each refusal.
    public var isFast = false
    /// A complaint in the journal that the baseline never made is a fault.
    public var isStrict = false
    /// Which bites of the kernel are taken.
    public var tolerance = Tolerance.none
    /// Everything that passes the probes is taken: also what bites, and filters that kill.
    public var isStrictest = false
    /// Whether it is found out what brings the odd things that a result that passed does.
    public var tracesSuspicions = true
    public var maxTrials: Int?
    public var maxTime: Duration?
    public var goodEnough: Exposure?
    /// How many trials are made side by side, each in a place of its own. The search asks for so many
    /// at a time and learns in the order in which it asked, so the same width asks the same questions
    /// however long each trial takes.
    public var width = 1
    /// When the last trial must have ended, however good the result is by then.
    public var mustEnd: ContinuousClock.Instant?

    public init() {}
}
