public import Hardening

extension Trial {
    /// What the way it failed points at, the surest last; empty when it points at nothing.
    ///
    /// Suspicions, never proofs: a program may itself exit with 226, and it may have asked for
    /// something that it can do without.
    public func suspects(in dialect: Dialect) -> [Suspects] {
        guard case .failed(let reason) = verdict else { return [] }
        let refused = refusals.compactMap { request in
            request.suspects(in: dialect).map { (request: request, suspects: $0) }
        }
        // What the verdict says bites made it fail; else, of all that was refused, the last was the
        // last straw.
        let bite = Verdict.bite(in: reason)
        let last =
            refused.lastIndex { $0.request.text == bite }
            ?? refused.lastIndex { $0.suspects.confidence >= Trial.sure }
        var found = refused.enumerated().map { position, refused in
            Suspects(
                refused.suspects.names, with: refused.suspects.companions,
                confidence: position == last
                    ? max(refused.suspects.confidence, Trial.sure)
                    : min(refused.suspects.confidence, 0.5))
        }
        if let step = failedStep {
            found.append(suspects(of: step))
        } else {
            if last == nil && wasKilledByFilter {
                found.append(Suspects(ExecStep.filters, confidence: Trial.sure))
            }
            // Of a call the kernel may tell half a path only.
            let named = tellingLine.map { Suspects.named(inLine: $0.message) } ?? []
            if !named.isEmpty, last.map({ refused[$0].suspects.include(named) }) ?? true {
                found.append(Suspects(named, confidence: Trial.sure))
            }
        }
        if Footprint.isNarrowed(in: reason) {
            found.append(Suspects(Suspects.narrowingModes, confidence: Trial.sure))
        }
        if LabelChange(in: reason) != nil {
            found.append(Suspects(Suspects.holdingLabels, confidence: Trial.sure))
        }
        return found
    }

    private static let sure = 0.9

    /// Who is behind a step that failed: where systemd names a path, whoever has something there. One
    /// of two that do not go together is said by who says it.
    private func suspects(of step: ExecStep) -> Suspects {
        let said = SetupWords(log, step)
        let there = said.path.map(step.suspects(at:)) ?? []
        if there.isEmpty { return Suspects(step.suspects, confidence: Trial.sure) }
        return Suspects(there, with: said.inForce, confidence: Trial.sure)
    }

    /// The step of systemd's own preparations that failed.
    public var failedStep: ExecStep? {
        endings.lazy.filter { $0.mainCode == 1 }
            .compactMap { ExecStep.of(exitStatus: $0.mainStatus) }.first
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
