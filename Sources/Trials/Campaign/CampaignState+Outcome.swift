import Bisection
import Hardening

/// What a search found, in the words of the report.
extension CampaignState {
    func outcome(_ ending: CampaignEnding, _ suspicious: [Outcome.Suspicious]) -> Outcome {
        var finding = search.resultSoFar
        if case .finished(let complete) = search.nextRound() { finding = complete }
        let accepted = problem.profile(finding.accepted)
        let after = problem.subject.exposure(of: accepted)
        var final = ending
        if case .tooFlaky(let rate) = finding.ending { final = .tooFlaky(rate: rate) }
        // The dearest first: what would gain most if the service could do without it.
        let refused =
            finding.refusals.sorted { one, other in
                problem.space.items[one.item].weight > problem.space.items[other.item].weight
            }.compactMap(refused).filter { isOfInterest($0, in: accepted) }
            + refusedIdentity
        let gone = refused.reduce(into: ItemSet()) { gone, refused in
            if let item = problem.offer.restrictions.firstIndex(where: {
                $0.id == refused.restriction
            }) {
                gone.formUnion(problem.space.above[item])
            }
        }
        let possible = problem.subject.exposure(
            of: problem.profile(problem.space.all.subtracting(gone)))
        let flipRate = search.flipRate
        return Outcome(
            accepted: accepted, problem: problem,
            passedIn: finding.verifiedBy.map { numbers[$0] } ?? identityTrial?.number,
            refused: refused, surprises: finding.surprises.map(text),
            before: problem.subject.exposure(of: .unrestricted), after: after,
            possible: final == .complete ? after : min(possible, after), ending: final,
            trials: trials, trialCount: trials.count, resumed: 0, suspicious: suspicious,
            baseline: expectations.baseline,
            wrongAnswers: flipRate > 0 ? flipRate : nil)
    }

    /// An exception that nothing makes in the result need not be taken back.
    private func isOfInterest(_ refused: Outcome.Refused, in accepted: Profile) -> Bool {
        guard
            case .withdraw(let exceptions) = problem.subject.catalogue[refused.restriction]?.change
        else {
            return true
        }
        let result = problem.subject.tightened(by: accepted)
        return exceptions.contains(where: result.grants)
    }

    private var refusedIdentity: [Outcome.Refused] {
        guard let identity, let trial = identityTrial, !trial.verdict.isPass else { return [] }
        return [
            Outcome.Refused(
                restriction: identity.name, conflict: [identity.name], trial: trial.number,
                because: trial.because, isUnresolved: !trial.verdict.isFailure)
        ]
    }

    private func refused(_ refusal: Refusal) -> Outcome.Refused? {
        // A search that was stopped early knows no witness for what it did not come to.
        guard let answer = refusal.conflict?.witness ?? refusal.witness else { return nil }
        let number = numbers[answer]
        let trial = trials[number - 1]
        let id = problem.offer.restrictions[refusal.item].id
        return Outcome.Refused(
            restriction: id,
            conflict: refusal.conflict.map { problem.names($0.items) } ?? [id],
            trial: number, because: trial.because, isUnresolved: refusal.isUnresolved)
    }

    private func text(_ surprise: Surprise) -> String {
        let (passed, failed) = (problem.names(surprise.passed), problem.names(surprise.failed))
        let onlyPassed = passed.filter { !failed.contains($0) }
        return "trial \(numbers[surprise.passedAs]) passed although "
            + "\(failed.joined(separator: ", ")) fails without \(onlyPassed.joined(separator: ", "))"
    }
}
