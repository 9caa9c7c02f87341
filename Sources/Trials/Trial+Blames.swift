public import Hardening

extension Trial {
    /// What the way it failed points at, the surest last; empty when it points at nothing.
    ///
    /// Suspicions, never proofs: a program may itself exit with 226, and it may have asked for
    /// something that it can do without.
    public func blames(in dialect: Dialect) -> [Blame] {
        guard case .failed = verdict else { return [] }
        let refused = refusals.compactMap { $0.blame(in: dialect) }
        // Of all that was refused, the last was the last straw.
        let last = refused.lastIndex { $0.confidence >= Trial.sure }
        var blames = refused.enumerated().map { position, blame in
            position == last
                ? blame
                : Blame(
                    blame.suspects, with: blame.companions,
                    confidence: min(blame.confidence, 0.5))
        }
        if let step = setupStep {
            blames.append(Blame(step.suspects, confidence: Trial.sure))
        } else if last == nil {
            if wasKilledByFilter {
                blames.append(Blame(SetupStep.filters, confidence: Trial.sure))
            }
            let named = tellingLine.map { Clue.suspects(inLine: $0.message) } ?? []
            if !named.isEmpty { blames.append(Blame(named, confidence: Trial.sure)) }
        }
        return blames
    }

    private static let sure = 0.9

    /// The step of systemd's own preparations that failed.
    public var setupStep: SetupStep? {
        endings.lazy.filter { $0.mainCode == 1 }
            .compactMap { SetupStep.of(exitStatus: $0.mainStatus) }.first
    }

    private var wasKilledByFilter: Bool {
        endings.contains { $0.mainCode >= 2 && $0.mainStatus == 31 }
    }

    private var endings: [UnitState] {
        observations.compactMap { observation in
            guard case .unit(let stage, let state) = observation, stage != .stop else { return nil }
            return state
        }
    }
}
