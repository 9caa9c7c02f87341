import Hardening
import Reports
import Systemd
import Trials

/// What passes now and was proved on the real unit in the lab.
struct CheckOffer: Sendable {
    let dropIn: ProvenDropIn
    /// What is on record once it is installed.
    let record: HardeningRecord
    /// Commands without which it cannot work on this machine.
    let preparations: [String]
}

extension CheckContext {
    static let noOffer = "there is no offer"

    /// An outcome as a drop-in, tried on the real unit like any other result.
    ///
    /// - Parameter complaint: what is said where the real unit has another answer.
    func offer(
        _ outcome: Outcome, _ context: HardeningContext, orElse complaint: String,
        _ check: inout UnitCheck
    ) async throws -> CheckOffer? {
        if outcome.accepted.restrictions.isEmpty { return nil }
        let proof: Proof
        do {
            proof = try await Proving(setup: setup, context: context, ledger: ledger)
                .proof(of: outcome)
        } catch let failure as TemperError where !failure.isInterruption {
            check.notes.append(.init(.warning, "\(complaint): \(failure.description)"))
            return nil
        }
        let looser = context.subject.tightened(by: proof.outcome.accepted)
            .loosened(from: service.sandbox, in: context.subject.catalogue)
        if !looser.isEmpty {
            check.notes.append(
                .init(
                    .loosens,
                    "\(complaint): it would loosen \(looser.joined(separator: "=, "))= of the unit")
            )
            return nil
        }
        let preparations = context.preparations(for: proof.outcome)
        check.offer = .init(
            proof.outcome, dropIn: proof.dropIn, preparations: preparations,
            verified: proof.isVerified)
        check.notes += proof.warnings.map { .init(.warning, $0) }
        guard proof.isVerified else { return nil }
        return CheckOffer(
            dropIn: proof.proven(on: context), record: try await renewed(proof, context),
            preparations: changedHands ? preparations : [])
    }

    private func renewed(
        _ proof: Proof, _ context: HardeningContext
    ) async throws -> HardeningRecord {
        let programs = record.validity.programs.keys + context.observedUsage.programs
        var renewed = try await proof.record(
            on: context, running: programs, isStrict: record.isStrict)
        renewed.isUntrusted = record.isUntrusted || subject.distrust != nil
        let decided = renewed.profile.restrictions.union(renewed.refused.map(\.restriction))
        renewed.refused += record.refused.filter { !decided.contains($0.restriction) }
        renewed.refused.sort { $0.restriction < $1.restriction }
        renewed.healthyWithin = renewed.healthyWithin ?? record.healthyWithin
        return renewed
    }
}
