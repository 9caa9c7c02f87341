public import Hardening
public import Trials

/// How a result is made of what a campaign found.
extension HardeningResult {
    public init(
        unit: String, systemd: String, outcome: Outcome, enforcement: Enforcement,
        notCarriedOver: [(setting: String, because: String)], dropIn: String, verified: Bool,
        seconds: Double, seeing usage: ObservedUsage? = nil, hosting: WorkloadHost? = nil
    ) {
        let (offer, catalogue) = (outcome.problem.offer, outcome.problem.subject.catalogue)
        func notTried(_ list: NotTried) -> [Ignored] {
            offer.leftOut.compactMap { left in
                NotTried.of(left.reason) == list
                    ? Ignored(restriction: left.id, because: left.reason.text) : nil
            }
        }
        let beyondManager = notTried(.beyondManager)
        self.init(
            unit: unit, systemd: systemd,
            exposure: ExposureChange(
                before: outcome.before.points, after: outcome.after.points,
                possible: outcome.possible.points),
            trials: outcome.trialCount,
            realUnitTrials: outcome.trialCount - outcome.trials.count,
            seconds: (seconds * 1000).rounded() / 1000,
            accepted: HardeningResult.tops(outcome.accepted, catalogue),
            refused: outcome.refused.map { Refusal($0, outcome) },
            ignored: notTried(.ignored),
            partlyInForce: offer.restrictions.compactMap { restriction in
                switch enforcement[restriction.id]?.standing {
                case .partly(let lacking):
                    Ignored(
                        restriction: restriction.id,
                        because: "without \(lacking.joined(separator: ", "))"
                            + (enforcement[restriction.id]?.cure.map { ": \($0)" } ?? ""))
                case .cannotTell(let why):
                    Ignored(restriction: restriction.id, because: "could not be checked: \(why)")
                default: nil
                }
            },
            beyondManager: beyondManager.isEmpty ? nil : beyondManager,
            notCarriedOver: notCarriedOver.map(NotCarried.init),
            accommodations: HardeningResult.accommodations(outcome), dropIn: dropIn,
            ending: Ending(outcome.ending), verified: verified,
            leftOut: notTried(.leftOut),
            suspicious: outcome.suspicious.map {
                SuspiciousLine(line: $0.line, restrictions: $0.restrictions, trial: $0.trial)
            },
            skipped: outcome.skipped.map { Skipped(what: $0.what, because: $0.because) },
            warnings: outcome.surprises,
            wrongAnswers: outcome.wrongAnswers.map { ($0 * 1000).rounded() / 1000 },
            known: usage.map { outcome.known(seeing: $0).map { Knowledge($0, outcome) } },
            inherited: hosting.flatMap { Inheritance($0, outcome.accepted, catalogue) },
            bus: usage.flatMap { BusPeer.all(in: $0.onBus) },
            findings: outcome.problem.subject.under(outcome.accepted).tests
                .filter { $0.badness != 0 })
    }

    private static func accommodations(_ outcome: Outcome) -> [Accommodation] {
        let subject = outcome.problem.subject.under(outcome.accepted)
        let result = subject.sandbox
        func cost(_ other: Sandbox) -> Double {
            let without = Exposure(of: other, dialect: subject.dialect)
            return Double(subject.exposure.tenths - without.tenths) / 10
        }
        return subject.catalogue.restrictions.compactMap { restriction in
            guard outcome.accepted.restrictions.contains(restriction.id) else { return nil }
            if case .become(_, let capabilities, _) = restriction.change {
                let granted = result.ambientCapabilities & capabilities
                if granted == 0 { return nil }
                var bare = result
                bare.ambientCapabilities = 0
                return Accommodation(
                    restriction: restriction.id,
                    settings: [Capability.granting(Capability.names(in: granted))],
                    cost: cost(bare))
            }
            let open = restriction.exceptions.filter(result.grants)
            return open.isEmpty
                ? nil
                : Accommodation(
                    restriction: restriction.id, settings: open.map(\.text),
                    cost: cost(result.without(open)))
        }
    }

    /// Why a restriction that the unit already had was not tried.
    static let inForce = Offer.Reason.alreadyInForce.text

    /// The restrictions of which no stricter step of the same directive was taken as well.
    static func tops(_ profile: Profile, _ catalogue: Catalogue) -> [String] {
        catalogue.strictest(of: profile).map(\.id)
    }
}

extension HardeningResult.Inheritance {
    /// nil where nothing is denied.
    init?(_ host: WorkloadHost, _ taken: Profile, _ catalogue: Catalogue) {
        let denials = catalogue.denials(under: taken)
        if denials.isEmpty { return nil }
        self.init(
            work: host.work,
            denied: denials.map { Denied(what: $0.what, restrictions: $0.restrictions) })
    }
}

extension HardeningResult.Ending {
    fileprivate init(_ ending: CampaignEnding) {
        self =
            switch ending {
            case .complete: .complete
            case .limit: .limit
            case .goodEnough: .goodEnough
            case .interrupted: .interrupted
            case .tooFlaky: .tooFlaky
            }
    }
}

/// The lists of what was not tried.
private enum NotTried {
    case ignored, beyondManager
    /// What the user or the service itself left no question about.
    case leftOut

    static func of(_ reason: Offer.Reason) -> NotTried {
        switch reason {
        case .ignored, .failing, .unjudged: .ignored
        case .beyondManager: .beyondManager
        case .alreadyInForce, .unknownTo, .heldBack, .kept, .contains: .leftOut
        }
    }
}
