public import Hardening

/// How it is known of a restriction whether the service needs what it denies.
public enum Known: String, Hashable, Codable, Sendable, CaseIterable {
    /// The service was seen to do something of the kind: it did without, or it failed.
    case exercised
    /// It passed, and nothing is known that would use what it denies.
    case unused
    /// Something says that the service may need it, and no exercise bears that out.
    case contested
    /// The kernel grants it to the service as it is, and refuses it under the restriction.
    case bites
}

/// A restriction with how it is known.
public struct KnownRestriction: Hashable, Sendable {
    public let restriction: String
    public let known: Known
    /// What bites; why it is contested.
    public var because: String?
    public var contest: Contest?
}

extension Outcome {
    /// How each restriction is known that was taken, refused or contested.
    ///
    /// - Parameter usage: what the service was seen to use.
    public func known(seeing usage: ObservedUsage) -> [KnownRestriction] {
        let taken = problem.subject.catalogue.strictest(of: accepted).map { restriction in
            if let bite = bites(of: restriction) {
                return KnownRestriction(
                    restriction: restriction.id, known: .bites, because: bite)
            }
            return KnownRestriction(
                restriction: restriction.id,
                known: isExercised(restriction, usage) ? .exercised : .unused)
        }
        let refused = refused.filter { !$0.isUnresolved }.map { refused in
            let bite = Verdict.bite(in: refused.because)
            return KnownRestriction(
                restriction: refused.restriction, known: bite == nil ? .exercised : .bites,
                because: bite)
        }
        let contested = problem.offer.leftOut.compactMap { left in
            left.contest.map { contest in
                KnownRestriction(
                    restriction: left.id, known: .contested, because: left.reason.text,
                    contest: contest)
            }
        }
        return taken + refused + contested
    }

    /// Passing trials under all that was taken.
    private var proofs: [Trial] {
        trials.filter { $0.verdict.isPass && accepted.isAtMost($0.profile) }
    }

    /// What the kernel refuses under a restriction that was taken all the same; nil for nothing.
    private func bites(of restriction: Restriction) -> String? {
        var measure = baseline
        measure.tolerance = .none
        return proofs.lazy.flatMap(\.refusals).first { request in
            measure.isBite(request) && isBehind(restriction, request)
        }?.text
    }

    private func isExercised(_ restriction: Restriction, _ usage: ObservedUsage) -> Bool {
        // Exceptions are made for what was seen to be used.
        if case .withdraw = restriction.change { return true }
        return usage.exercises(restriction, in: problem.subject.dialect)
            || proofs.contains { trial in
                trial.refusals.contains { isBehind(restriction, $0) }
            }
    }

    private func isBehind(_ restriction: Restriction, _ request: KernelRequest) -> Bool {
        if case .withdraw(let exceptions) = restriction.change {
            return exceptions.contains { $0.covers(request) }
        }
        // It left that open, and another restriction took it back.
        if restriction.exceptions.contains(where: { $0.covers(request) }) { return false }
        let names = request.suspects(in: problem.subject.dialect)?.names ?? []
        return names.contains(restriction.id) || names.contains(restriction.directive)
    }
}
