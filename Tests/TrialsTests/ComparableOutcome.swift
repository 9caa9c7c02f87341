import Hardening
import Trials

/// What can be compared of two runs of the same campaign: all but when it happened.
struct ComparableOutcome: Hashable {
    let asked: [Profile]
    let verdicts: [Verdict]
    let accepted: Profile
    let refused: [Outcome.Refused]
    let ending: CampaignEnding

    init(_ outcome: Outcome) {
        asked = outcome.trials.map(\.profile)
        verdicts = outcome.trials.map(\.verdict)
        accepted = outcome.accepted
        refused = outcome.refused
        ending = outcome.ending
    }
}
