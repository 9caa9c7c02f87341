import Hardening
import Trials

extension HardeningResult.Refusal {
    init(_ refused: Outcome.Refused, _ outcome: Outcome) {
        let problem = outcome.problem
        let accepted = outcome.accepted
        let more = Profile([refused.restriction], in: problem.subject.catalogue)
        func tenths(_ profile: Profile) -> Int { problem.subject.exposure(of: profile).tenths }
        // What it contains and was refused for itself would come with it: that is its price too.
        let price = outcome.after.tenths - tenths(accepted.join(more))
        let others = refused.conflict.filter { other in
            other != refused.restriction && accepted.restrictions.contains(other)
        }
        let instead = others.map { other in
            let lost = accepted.restrictions.filter { id in
                id == other || problem.subject.catalogue[id]?.implies.contains(other) == true
            }
            let rest = Profile(recorded: accepted.restrictions.subtracting(lost)).join(more)
            return HardeningResult.Choice(
                without: other, exposure: Double(tenths(rest)) / 10)
        }
        let alongside = problem.offer.restrictions.filter { other in
            !accepted.restrictions.contains(other.id)
                && problem.offer.subject.set(beside: other).contains(refused.restriction)
        }.map(\.id)
        self.init(
            restriction: refused.restriction, conflict: refused.conflict, trial: refused.trial,
            because: refused.isUnresolved
                ? "could not be judged: \(refused.because)" : refused.because,
            price: Double(max(0, price)) / 10, instead: instead.isEmpty ? nil : instead,
            alongside: alongside.isEmpty ? nil : alongside,
            policy: LabelChange(in: refused.because)?.policy)
    }
}

extension HardeningResult.Refusal {
    /// What was given up with it.
    var given: Phrase? {
        alongside.map { ids in
            let names = ids.map { id in
                ids.count > 6 ? String(id.prefix { $0 != "=" }) : RestrictionWords(id).name
            }
            return "systemd sets it in this unit for these too, left open with it: "
                + Phrase.code(Set(names).sorted(), separator: ", ")
        }
    }

    /// What else goes with it, and what would allow it.
    var details: [Document.Detail] {
        let together = Words.together(restriction, conflict)
        let cure: Phrase? = LabelChange(in: because)?.cure.map { "\(said: $0)" }
        return [together, given, cure].compactMap { $0 }.map { Document.Detail(.none, $0, .quiet) }
    }
}

extension HardeningResult.Knowledge {
    init(_ known: KnownRestriction, _ outcome: Outcome) {
        self.init(
            restriction: known.restriction, known: known.known, because: known.because,
            source: known.contest?.source, price: nil, settledBy: known.contest?.settledBy)
        if known.contest != nil {
            let subject = outcome.problem.subject
            let more = Profile([known.restriction], in: subject.catalogue)
            let gain =
                outcome.after.tenths - subject.exposure(of: outcome.accepted.join(more)).tenths
            price = Double(max(0, gain)) / 10
        }
    }
}
