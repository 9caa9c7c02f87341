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
        let denials = denials
        let taken = problem.subject.catalogue.strictest(of: accepted).map { restriction in
            if let bite = bite(of: restriction, among: denials) {
                return KnownRestriction(
                    restriction: restriction.id, known: .bites, because: bite)
            }
            return KnownRestriction(
                restriction: restriction.id,
                known: isExercised(restriction, usage, denials) ? .exercised : .unused)
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

    /// What the kernel refused in passing trials under all that was taken.
    private var denials: [RefusalInProof] {
        var measure = baseline
        measure.tolerance = .none
        let proofs = trials.filter { $0.verdict.isPass && accepted.isAtMost($0.profile) }
        var known: Set<KernelRequest> = []
        return proofs.flatMap(\.refusals).filter { known.insert($0).inserted }.map {
            RefusalInProof(
                request: $0, suspects: $0.suspects(in: problem.subject.dialect)?.names ?? [],
                isBite: measure.isBite($0))
        }
    }

    /// What the kernel refuses under a restriction that was taken all the same; nil for nothing.
    private func bite(of restriction: Restriction, among denials: [RefusalInProof]) -> String? {
        denials.first { $0.isBite && $0.isDue(to: restriction) }?.request.text
    }

    private func isExercised(
        _ restriction: Restriction, _ usage: ObservedUsage, _ denials: [RefusalInProof]
    ) -> Bool {
        // Exceptions are made for what was seen to be used.
        if case .withdraw = restriction.change { return true }
        return usage.exercises(restriction, in: problem.subject.dialect)
            || denials.contains { $0.isDue(to: restriction) }
    }
}

/// A request that the kernel refused.
private struct RefusalInProof {
    let request: KernelRequest
    /// Ids of restrictions and names of directives that refuse like that.
    let suspects: Set<String>
    /// Whether the service as it is was granted it.
    let isBite: Bool

    func isDue(to restriction: Restriction) -> Bool {
        if case .withdraw(let exceptions) = restriction.change {
            return exceptions.contains { $0.covers(request) }
        }
        // It left that open, and another restriction took it back.
        if restriction.exceptions.contains(where: { $0.covers(request) }) { return false }
        return suspects.contains(restriction.id) || suspects.contains(restriction.directive)
    }
}
