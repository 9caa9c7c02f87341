/// Something that the service never did without restriction, and that is no fault by itself: a new
/// complaint in its journal, a process that ended with another status than ever before.
public struct Suspicion: Hashable, Sendable {
    /// As it was seen in one trial.
    public let line: String
    /// The same in every trial in which the same happened.
    public let key: String
}

extension Trial {
    /// What makes its pass a suspicious one; in the order in which it happened, each once. Nothing
    /// where the service as it is was never seen.
    public func suspicions(against baseline: Baseline) -> [Suspicion] {
        Verdict.suspicions(among: observations, baseline: baseline)
    }
}

extension Verdict {
    static func suspicions(among observations: [Observation], baseline: Baseline) -> [Suspicion] {
        var known: Set<String> = []
        // An ending whose process has a name says more than one without.
        let ordered = observations.filter { !$0.isNameless } + observations.filter(\.isNameless)
        return ordered.compactMap { suspicion($0, baseline) }.filter { suspicion in
            known.insert(suspicion.key).inserted
        }
    }

    private static func suspicion(_ observation: Observation, _ baseline: Baseline) -> Suspicion? {
        switch observation {
        case .log(let line) where line.isComplaint && !baseline.knows(line):
            return Suspicion(line: "\(line.source): \(line.message)", key: line.plain)
        case .ended(let exit) where !baseline.knows(exit):
            // Signals other than those of a crash are sent by someone, such as at its stop.
            guard exit.code == 1 else { return nil }
            let text = "its process \(exit.name ?? "of unknown name") ended with \(exit.ending)"
            // The name may be lost to a race in any trial, so it tells nothing apart.
            return Suspicion(line: text, key: "a process ended with \(exit.ending)")
        default: return nil
        }
    }
}

extension Observation {
    fileprivate var isNameless: Bool {
        if case .ended(let exit) = self { exit.name == nil } else { false }
    }
}
