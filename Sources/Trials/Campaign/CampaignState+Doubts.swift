/// A failure that does not come again where it was chance.
struct Doubt {
    let trial: Trial
    /// What is asked once more.
    let purpose: TrialPurpose
    /// How often it must come again to be believed.
    var left: Int
    /// The processes whose absence it is.
    var missing: Set<String> = []
}

extension CampaignState {
    /// What a sandbox does it does each time. Some services lose a race now and then, and some have
    /// processes that come and go, too rarely to be seen in a baseline.
    func doubt(of trial: Trial) -> Doubt? {
        if expectations.baseline.blamesExitStatusAlone(for: trial) {
            return Doubt(trial: trial, purpose: .endsSoAgain, left: 1)
        }
        let missing = expectations.baseline.missingAlone(in: trial)
        if missing.isSubset(of: takenAway) { return nil }
        return Doubt(trial: trial, purpose: .missesAgain, left: Self.absences, missing: missing)
    }

    /// So often must processes be missing again. One that is there in every second life is there in
    /// all five of a baseline and missing in five trials in a row once in a thousand times; where a
    /// restriction takes processes away it costs that many trials, once for each name.
    private static var absences: Int { 4 }

    /// Whether it comes again; who is there now was not taken away.
    mutating func learn(_ trial: Trial, repeating doubt: inout Doubt) {
        if trial.verdict.isPass {
            expectations.learnHabits(of: doubt.trial)
            queue.append(.expect(expectations))
        } else if let missing = expectations.baseline.missing(in: trial) {
            let returned = doubt.missing.subtracting(missing)
            if !returned.isEmpty {
                expectations.learnAbsence(of: returned, in: doubt.trial)
                queue.append(.expect(expectations))
                doubt.missing.subtract(returned)
                if doubt.missing.isSubset(of: takenAway) { doubt.left = 0 }
            }
        }
        if trial.verdict.isFailure && doubt.left == 0 { takenAway.formUnion(doubt.missing) }
    }

    mutating func ask(_ inquiry: Inquiry, doubting doubt: Doubt, _ asker: Asker) {
        var spec = inquiry.spec
        spec.purpose = doubt.purpose
        phase = .asking(
            Inquiry(question: inquiry.question, spec: spec, doubted: doubt), asker)
    }
}
