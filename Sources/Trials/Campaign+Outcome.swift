import Bisection
import Hardening

/// What a search found, in the words of the report.
extension Campaign {
    func outcome(
        _ search: Search, _ diary: Diary, _ ending: CampaignEnding,
        _ suspicious: [Outcome.Suspicious]
    ) -> Outcome {
        var finding = search.findingSoFar
        if case .finished(let complete) = search.nextRound() { finding = complete }
        let accepted = agenda.profile(finding.accepted)
        let after = agenda.exposure(accepted)
        var final = ending
        if case .tooFlaky(let rate) = finding.ending { final = .tooFlaky(rate: rate) }
        // The dearest first: what would gain most if the service could do without it.
        let refused =
            finding.refusals.sorted { one, other in
                agenda.space.items[one.item].weight > agenda.space.items[other.item].weight
            }.compactMap { self.refused($0, diary) }.filter { isOfInterest($0, in: accepted) }
            + refusedIdentity(diary)
        let gone = refused.reduce(into: ItemSet()) { gone, refused in
            if let item = agenda.offer.restrictions.firstIndex(where: {
                $0.id == refused.restriction
            }) {
                gone.formUnion(agenda.space.above[item])
            }
        }
        let possible = agenda.exposure(agenda.profile(agenda.space.all.subtracting(gone)))
        let flipRate = search.flipRate
        return Outcome(
            accepted: accepted, agenda: agenda,
            passedIn: finding.verifiedBy.map { diary.numbers[$0] } ?? diary.identity?.number,
            refused: refused, surprises: finding.surprises.map { text($0, diary) },
            before: agenda.exposure(.unrestricted), after: after,
            possible: final == .complete ? after : min(possible, after), ending: final,
            trials: diary.trials, resumed: diary.resumed, suspicious: suspicious,
            usual: diary.usual,
            wrongAnswers: flipRate > 0 ? flipRate : nil)
    }

    /// An exception that nothing makes in the result need not be taken back.
    private func isOfInterest(_ refused: Outcome.Refused, in accepted: Profile) -> Bool {
        guard case .withdraw(let exceptions) = agenda.catalogue[refused.restriction]?.change else {
            return true
        }
        let result = agenda.sandbox.tightened(
            by: accepted, in: agenda.catalogue, dialect: agenda.dialect)
        return exceptions.contains(where: result.grants)
    }

    private func refusedIdentity(_ diary: Diary) -> [Outcome.Refused] {
        guard let identity, let trial = diary.identity, !trial.verdict.isPass else { return [] }
        return [
            Outcome.Refused(
                restriction: identity.name, conflict: [identity.name], trial: trial.number,
                because: trial.because, isUnresolved: !trial.verdict.isFailure)
        ]
    }

    private func refused(_ refusal: Refusal, _ diary: Diary) -> Outcome.Refused? {
        // A search that was stopped early knows no witness for what it did not come to.
        guard let answer = refusal.conflict?.witness ?? refusal.witness else { return nil }
        let number = diary.numbers[answer]
        let trial = diary.trials[number - 1]
        let id = agenda.offer.restrictions[refusal.item].id
        return Outcome.Refused(
            restriction: id,
            conflict: refusal.conflict.map { agenda.names($0.items) } ?? [id],
            trial: number, because: trial.because, isUnresolved: refusal.isUnresolved)
    }

    private func text(_ surprise: Surprise, _ diary: Diary) -> String {
        let (passed, failed) = (agenda.names(surprise.passed), agenda.names(surprise.failed))
        let onlyPassed = passed.filter { !failed.contains($0) }
        return "trial \(diary.numbers[surprise.passedAs]) passed although "
            + "\(failed.joined(separator: ", ")) fails without \(onlyPassed.joined(separator: ", "))"
    }
}
