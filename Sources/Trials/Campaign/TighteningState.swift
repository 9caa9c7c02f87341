public import Hardening

/// A few trials on top of a profile that passes: what is new is tried together, and where that fails
/// in halves, since all of it may well pass; then one restriction after the other of those refused
/// before.
///
/// Not a ``MinimalCause``: nobody asks which of them is to blame, only how much can be taken.
public struct TighteningState: TrialSeries {
    /// Something that can be taken now.
    public struct Taken: Hashable, Sendable {
        public let restriction: String
        /// The trial that shows it.
        public let trial: Int
    }

    /// The profile with all that was taken.
    public private(set) var profile: Profile
    public private(set) var taken: [Taken] = []
    private let catalogue: Catalogue
    private let exposure: Exposure
    private var open: [[String]]
    private var left: Int

    /// - Parameters:
    ///   - profile: passes.
    ///   - fresh: what was never tried.
    ///   - refused: what was refused once, the most promising first.
    ///   - most: not more trials than these are made.
    ///   - exposure: of the profile.
    public init(
        _ profile: Profile, in catalogue: Catalogue, fresh: [String], refused: [String], most: Int,
        exposure: Exposure
    ) {
        self.profile = profile
        self.catalogue = catalogue
        self.exposure = exposure
        open = ([fresh] + refused.map { [$0] }).filter { !$0.isEmpty }
        left = most
    }

    public mutating func next(at now: ContinuousClock.Instant) -> TrialAction<Void> {
        guard let group = open.first, left > 0 else { return .conclude(()) }
        return .run(
            TrialSpec(with(group), .tightening(group), startsAgain: true),
            Prospect(exposure: exposure))
    }

    public mutating func learn(_ trial: Trial) {
        if open.isEmpty { return }
        left -= 1
        let group = open.removeFirst()
        if trial.verdict.isPass {
            profile = with(group)
            taken += group.map { Taken(restriction: $0, trial: trial.number) }
        } else if group.count > 1 {
            let half = group.count / 2
            open.insert(contentsOf: [Array(group[..<half]), Array(group[half...])], at: 0)
        }
    }

    public var upcoming: [TrialSpec] { [] }

    /// What was taken stands only where the whole look came to its end.
    public func end(by error: ExperimentError) -> Void? { nil }

    private func with(_ group: [String]) -> Profile { profile.join(Profile(group, in: catalogue)) }
}
